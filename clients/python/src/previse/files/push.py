"""`previse push`: changed files, as drafts. Nothing is published, and nobody's draft is passed over."""

from collections.abc import Sequence

from previse.files.folder import Folder, FolderError, Met, digest_of
from previse.files.remote import Refused, Remote, Text
from previse.files.report import CONFLICT, REFUSED, Report

NO_PROMPT = "there is no prompt of this slug. A member makes it in Previse (a key cannot); then push again."
BLIND = "This key cannot read it (scope history), so its text is not shown."


def push(
    folder: Folder, remote: Remote, report: Report, *,
    slugs: Sequence[str] | None = None, message: str = "", rewrite: bool = False, force: bool = False,
    check: bool = False,
) -> int:  # fmt: skip
    """Save each file that differs from what was met last as a draft; the exit code."""
    if folder.url and folder.url != remote.url:
        raise FolderError(
            f"This folder came from {folder.url}, not from {remote.url}. Pull from there first."
        )
    texts = [(slug, content) for slug, content in folder.texts() if not slugs or slug in slugs]
    for slug in sorted(set(slugs or ()) - {slug for slug, _ in texts}):
        raise FolderError(f"There is no file prompts/{slug}.txt.")
    for slug, content in texts:
        met = folder.met.get(slug)
        if met and met.digest == digest_of(content):
            report.same(slug, f"v{met.number}, unchanged")
            continue
        try:
            if check:
                _look(remote, report, slug, content, met, force=force)
            else:
                _save(folder, remote, report, slug, content, met, message, rewrite=rewrite, force=force)
        except Refused as refusal:
            if refusal.code in ("unauthorized", "missing_scope"):
                raise
            words = NO_PROMPT if refusal.code == "not_found" else str(refusal)
            report.trouble(REFUSED, slug, words)
    if report.changes and not check:
        print("Saved as drafts. Nothing is published: review and promote them in Previse.")
    return report.end(0)


def _save(
    folder: Folder, remote: Remote, report: Report, slug: str, content: bytes, met: Met | None,
    message: str, *, rewrite: bool, force: bool,
) -> None:  # fmt: skip
    known = met.number if met else 0
    try:
        saved = _rewritten(remote, slug, content, met, message) if rewrite else None
        verb = "rewritten as" if saved else "saved as"
        saved = saved or remote.save(slug, content, message=message, base=known, newest=known)
    except Refused as refusal:
        if refusal.code == "unchanged":
            number = int(refusal.data.get("number", known))
            folder.remember(remote.url, slug, Met(number, digest_of(content)))
            report.same(slug, f"is v{number} already")
            return
        if refusal.code != "stale":
            raise
        newest = int(refusal.data.get("newest", refusal.data.get("number", 0)))
        if not force:
            _conflict(remote, report, slug, content, newest, met)
            return
        saved = remote.save(slug, content, message=message, base=known, newest=newest)
        verb = "saved as"
    folder.remember(remote.url, slug, Met(saved.number, digest_of(content), saved.tag))
    report.change(slug, f"{verb} the draft v{saved.number}", check=False)


def _rewritten(remote: Remote, slug: str, content: bytes, met: Met | None, message: str) -> Text | None:
    """The draft that was pushed last, rewritten; None where it is none any more, or served."""
    if met is None or not met.tag:
        return None
    try:
        return remote.rewrite(slug, met.number, content, message=message, tag=met.tag)
    except Refused as refusal:
        if refusal.code in ("frozen", "forbidden", "not_found"):
            return None
        raise


def _look(remote: Remote, report: Report, slug: str, content: bytes, met: Met | None, *, force: bool) -> None:
    """What a push would do, as far as this key may see."""
    try:
        newest = remote.newest_of(slug)
    except Refused as refusal:
        if refusal.code != "missing_scope":
            raise
        what = "saved as a draft, unless others saved meanwhile (a key with the scope history sees that)"
        report.change(slug, what, check=True)
        return
    if newest and newest.content == content:
        report.same(slug, f"is v{newest.number} already")
    elif newest and newest.number > (met.number if met else 0) and not force:
        _conflict(remote, report, slug, content, newest.number, met)
    else:
        report.change(slug, "saved as a draft", check=True)


def _conflict(
    remote: Remote, report: Report, slug: str, content: bytes, number: int, met: Met | None
) -> None:
    """Somebody saved meanwhile: say so, and show how the texts differ."""
    since = f"after v{met.number}, which this file was written from" if met else "and this file knows of none"
    todo = f"Take it in, or save yours beside it with --force --only {slug}."
    try:
        theirs = remote.newest_of(slug)
    except Refused:
        report.trouble(CONFLICT, slug, f"v{number} was saved {since}. {BLIND} {todo}")
        return
    report.trouble(CONFLICT, slug, f"v{number} was saved {since}. {todo}")
    if theirs:
        name = f"{slug} v{theirs.number} ({theirs.state})"
        report.diff(theirs.content, content, old_name=name, new_name=f"prompts/{slug}.txt")
