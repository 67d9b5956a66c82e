"""Files of a repository as prompts: each state of a file is a version, with the words of its commit."""

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from versioning.lib.errors import DomainError
from versioning.versions.git.history import State, states_of
from versioning.versions.git.repository import File, Repository, refused
from versioning.versions.git.texts import texts_of
from versioning.versions.importing import Line, Result, bring_in, importer_of, total
from versioning.versions.services.artifacts import SLUG_LIMIT
from versioning.versions.services.steps import MESSAGE_LIMIT
from versioning.workspaces.actor import Actor
from versioning.workspaces.policy import Act, require

KIND = "prompt"


def import_git(actor: Actor, repository: Repository, paths: Iterable[str], *, slug: str = "") -> list[Result]:
    """Bring in the histories of files, each whole or not at all; of a folder all texts below it.

    Versions come in frozen, the last one live; a second run adds nothing, and new commits add theirs.
    `slug` names the prompt of a single file. Raises `invalid` for a path that is not there.
    """
    require(actor, Act.EDIT)
    found: dict[str, tuple[File, bool]] = {}
    for path in paths:
        files = repository.files(path)
        for file in files:
            name = slug or slug_of(file.below)
            there = found.setdefault(name, (file, len(files) == 1))[0]
            if there.path != file.path:
                raise refused(
                    f"{there.path!r} and {file.path!r} would both be the prompt '{name}'. "
                    "Import them one by one, each with a --slug of its own."
                )
    return [_import_file(actor, repository, *found[name], name) for name in sorted(found)]


def slug_of(path: str) -> str:
    """The slug of a file: its name without the ending, in small letters; folders between stand before it."""
    stem = posixpath.splitext(path)[0] or path
    plain = unicodedata.normalize("NFKD", stem.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9._]+", "-", plain)
    slug = re.sub(r"([-._])[-._]+", r"\1", words)[:SLUG_LIMIT].strip("-._")
    if not slug:
        raise refused(f"The name of {path!r} makes no slug. Give one by --slug.")
    return slug


def _import_file(actor: Actor, repository: Repository, file: File, asked: bool, slug: str) -> Result:
    """One file. What is no text fails where it was asked for by its name, and is passed over in a folder."""
    try:
        states = states_of(repository, file.path)
        notes: list[str] = []
        lines = list(_lines(repository, states, notes))
    except DomainError as error:
        if asked or "is no text" not in error.message:
            return Result(KIND, slug, total=total(actor, KIND, slug), problem=error.message)
        return Result("", file.path, notes=(f"passed over: {error.message}",))
    if not lines:
        return Result(KIND, slug, problem=f"{file.path!r} was never more than an empty file.")
    result = bring_in(actor, KIND, slug, lines, path=file.path.encode(errors="replace").decode())
    return replace(result, notes=(*result.notes, *notes))


def _lines(repository: Repository, states: list[State], notes: list[str]) -> Iterator[Line]:
    importer, empty, cut = importer_of(KIND), [], []
    for at, (state, text) in enumerate(zip(states, texts_of(repository, states), strict=True), start=1):
        short = state.commit[:10]
        if not text.strip():
            empty.append(short)
            continue
        try:
            content = importer.check(text)
        except DomainError as error:
            raise refused(f"{state.path!r} of the commit {short}: {error.message}") from error
        if len(state.message) > MESSAGE_LIMIT:
            cut.append(short)
        yield Line(at, content, _kept(state.message), _kept(state.author), state.at, commit=state.commit)
    if empty:
        notes.append(f"Empty in {', '.join(empty)}: no version, for a prompt has a text.")
    if cut:
        notes.append(f"Messages have at most {MESSAGE_LIMIT:,} characters: cut in {', '.join(cut)}.")


def _kept(words: str) -> str:
    """What people wrote, without what no database keeps."""
    return words.replace("\0", "")
