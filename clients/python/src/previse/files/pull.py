"""`previse pull`: what is live, as files."""

from collections.abc import Sequence

from previse.files.folder import Folder, Met, digest_of
from previse.files.remote import Remote, Text
from previse.files.report import CONFLICT, REFUSED, Report


def pull(
    folder: Folder, remote: Remote, report: Report, *,
    slugs: Sequence[str] | None = None, newest: bool = False, force: bool = False, check: bool = False,
) -> int:  # fmt: skip
    """Write each text that is live (or newest) where its file has no changes of its own; the exit code."""
    found = list(remote.newest() if newest else remote.served())
    for text in sorted(found, key=lambda one: one.slug):
        if not slugs or text.slug in slugs:
            _take(folder, remote, report, text, force=force, check=check)
    names = {text.slug for text in found}
    for slug in slugs or sorted(folder.met):
        if slug in names:
            continue
        what = "has no version" if newest else "is not live"
        if slugs:
            report.trouble(REFUSED, slug, f"{what} here, so there is nothing to pull")
        else:
            report.same(slug, f"{what} (any more); its file is left as it is")
    if not found:
        print("Nothing is live here.")
    return report.end(0)


def _take(folder: Folder, remote: Remote, report: Report, text: Text, *, force: bool, check: bool) -> None:
    slug, mine, met = text.slug, folder.text(text.slug), folder.met.get(text.slug)
    kept = met.tag if met and met.number == text.number else ""
    now = Met(text.number, digest_of(text.content), text.tag or kept)
    label = f"v{text.number} ({text.state})"
    if mine == text.content:
        report.same(slug, label)
    elif mine is None or force or (met and digest_of(mine) == met.digest):
        before = "" if mine is None or not met else f"v{met.number} → "
        report.change(slug, f"{before}{label}" if not check else f"written: {before}{label}", check=check)
        if not check:
            folder.write(slug, text.content)
    else:
        report.trouble(CONFLICT, slug, f"the file has changes of its own, and {label} is another text. "
                       f"Push it, or take {label} with --force --only {slug}.")  # fmt: skip
        report.diff(text.content, mine, old_name=f"{slug} {label}", new_name=f"prompts/{slug}.txt")
        return
    if not check:
        folder.remember(remote.url, slug, now)
