"""The states that a file had: what `git log --follow` tells, in an order that only ever grows at its end.

Commits stand as they came into the branch: those of the branch first, those that a merge brought in before
that merge. So what a later commit adds is new at the end, and a second import finds all others in place. A
merge counts where it left the file otherwise than the commit before it in this order: it put two works
together, or took one of them.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from versioning.versions.git.repository import REGULAR, Repository, refused

CHANGED = ("--raw", "-z", "--no-abbrev", "--format=%x01%H", "--no-ext-diff", "--no-textconv", "--no-color")


@dataclass(frozen=True)
class State:
    """What a commit made of a file; no `blob` where it deleted it."""

    commit: str
    path: str
    blob: str
    author: str = ""
    at: datetime = datetime.min
    message: str = ""


def states_of(repository: Repository, path: str) -> list[State]:
    """The states of a file, oldest first; a rename is followed, and a deletion is none."""
    head = repository.commit
    listed = repository.run("log", "--follow", "--topo-order", *CHANGED, head, "--", path)
    followed = {state.commit: state for state in _changes(listed)}
    parents = repository.parents
    names = sorted({state.path for state in followed.values()})
    merged = _merged(repository, names) if any(len(each) > 1 for each in parents.values()) else {}
    found = distinct(_in_order(head, parents, followed, merged))
    return _told(repository, found)


def distinct(states: Sequence[State]) -> list[State]:
    """States that differ from the one before: a rename alone is none, and a deletion is none."""
    found: list[State] = []
    for state in states:
        if state.blob and (not found or found[-1].blob != state.blob):
            found.append(state)
    return found


def _changes(listed: bytes) -> Iterator[State]:
    """What a log lists: a commit, then each path that it changed."""
    parts, commit = iter(listed.split(b"\0")), ""
    for part in parts:
        word = part.lstrip(b"\n")
        if word.startswith(b"\x01"):
            commit = word[1:].decode()
        elif word.startswith(b":"):
            _, mode, _, blob, status = word.decode().split(" ")
            path = next(parts)
            if status[0] in "RC":
                path = next(parts)
            yield State(commit, os.fsdecode(path), blob if mode in REGULAR else "")


def _merged(repository: Repository, names: list[str]) -> dict[str, dict[str, str]]:
    """Of each merge of the branch: what it made of these paths, where it changed them for the branch."""
    words = ["log", "--merges", "--first-parent", "--diff-merges=first-parent", "--no-renames", *CHANGED]
    found: dict[str, dict[str, str]] = {}
    for state in _changes(repository.run(*words, repository.commit, "--", *names)):
        found.setdefault(state.commit, {})[state.path] = state.blob
    return found


def _in_order(
    head: str, parents: dict[str, list[str]], followed: dict[str, State], merged: dict[str, dict[str, str]]
) -> list[State]:
    """The states as they came into the branch."""
    branch = set(_branch(head, parents))
    found: list[State] = []
    on_branch = ""  # what the branch itself has
    for commit in _parents_first(head, parents):
        state = followed.get(commit)
        if state:
            found.append(state)
        if commit not in branch:
            continue
        path = found[-1].path if found else ""
        if state:
            on_branch = state.blob
        elif path in merged.get(commit, {}):
            on_branch = merged[commit][path]
        if len(parents.get(commit, ())) > 1 and found and found[-1].blob != on_branch:
            found.append(State(commit, path, on_branch))
    return found


def _branch(head: str, parents: dict[str, list[str]]) -> Iterator[str]:
    """The commits of the branch itself, newest first."""
    commit: str | None = head
    while commit:
        yield commit
        commit = next(iter(parents.get(commit, ())), None)


def _parents_first(head: str, parents: dict[str, list[str]]) -> Iterator[str]:
    """Every commit after its parents, those of the first parent before those that a merge brought."""
    seen = {head}
    waiting = [(head, iter(parents.get(head, ())))]
    while waiting:
        commit, rest = waiting[-1]
        parent = next(rest, None)
        if parent is None:
            waiting.pop()
            yield commit
        elif parent not in seen:
            seen.add(parent)
            waiting.append((parent, iter(parents.get(parent, ()))))


def _told(repository: Repository, states: list[State]) -> list[State]:
    """The states with author, date and message."""
    wanted = "\n".join(dict.fromkeys(state.commit for state in states)).encode()
    if not wanted:
        return []
    words = ["log", "--no-walk=unsorted", "--stdin", "-z", "--no-notes", "--no-color", "--no-patch"]
    listed = repository.run(*words, "--format=%H%x00%an%x00%aI%x00%B", given=wanted)
    said = listed.decode(errors="replace").split("\0")
    about = {said[at]: said[at + 1 : at + 4] for at in range(0, len(said) - 3, 4)}
    return [_with(state, *about[state.commit]) for state in states]


def _with(state: State, author: str, at: str, message: str) -> State:
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise refused(f"The commit {state.commit[:10]} has a date that cannot be kept.") from error
    return replace(state, author=author.strip(), at=when, message=message.strip())
