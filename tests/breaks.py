# ruff: noqa: E501  a fault is easier to read on one line
"""Break each requirement on purpose and see its tests turn red: `make breaks`.

A break replaces one piece of the code in a copy of the project and runs the tests that docs/requirements.md
names for the requirement. All of them green means that they guard nothing; the run then fails.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIVE = "versioning/versions/services/live.py"
DRAFTS = "versioning/versions/services/drafts.py"
STAGING = "versioning/versions/services/staging.py"
GUARDS = "versioning/versions/migrations/0001_artifacts_and_versions.py"
READ = "versioning/delivery/migrations/0001_reads_by_key.py"
PAGE = "tests/versions/test_versions_page.py"


@dataclass(frozen=True)
class Break:
    """One fault: in `file`, `old` becomes `new`; then one of `tests` must fail."""

    requirement: int
    file: str
    old: str
    new: str
    tests: str


BREAKS = [
    Break(1, "versioning/versions/querysets.py", 'self.order_by("-number")', 'self.order_by("number")', PAGE),
    Break(2, LIVE, "EventName.VERSION_ROLLED_BACK,", "EventName.VERSION_PUBLISHED,",
          "tests/versions/test_roll_back.py"),
    Break(3, DRAFTS, 'update(last_number=F("last_number") + 1)', 'update(last_number=F("last_number"))',
          "tests/versions/test_save_version.py"),
    Break(4, "versioning/versions/models.py", "if artifact.live_id == self.id:", "if artifact.live_id:",
          "tests/versions/test_promote.py"),
    Break(5, DRAFTS, "source=source, digest=digest, message=message, author=actor.user,",
          "source=source.strip(), digest=digest, message=message, author=actor.user,",
          "tests/versions/test_save_version.py"),
    Break(6, DRAFTS, "source=source, digest=digest, message=message, author=actor.user,",
          'source=source, digest=digest, message="", author=actor.user,',
          "tests/versions/test_save_version.py"),
    Break(7, DRAFTS, "author_name=actor.label, forked_from=forked,", 'author_name="", forked_from=forked,',
          "tests/versions/test_save_version.py"),
    Break(8, "versioning/versions/services/artifacts.py", "created_at=entry.created,",
          "created_at=entry.created.now(entry.created.tzinfo),", "tests/versions/test_import_versions.py"),
    Break(9, DRAFTS, "    _refuse_frozen(version)\n    served", "    served",
          "tests/versions/test_update_draft.py"),
    Break(10, GUARDS, "WHEN (OLD.locked_at IS NOT NULL AND\n", "WHEN (false AND\n",
          "tests/invariants/test_database_guards.py"),
    Break(11, READ, "WHEN 'live' THEN a.live_id", "WHEN 'live' THEN coalesce(a.staging_id, a.live_id)",
          "tests/delivery/test_read.py"),
    Break(12, READ, "WHEN k.kind = 'test' AND w.staging_enabled", "WHEN false AND w.staging_enabled",
          "tests/delivery/test_read.py"),
    Break(13, READ, "AND w.staging_enabled AND a.staging_id IS NOT NULL", "AND w.staging_enabled",
          "tests/delivery/test_read.py"),
    Break(14, READ, "AND f.number = wanted_number AND f.locked_at IS NOT NULL",
          "AND f.number = wanted_number", "tests/delivery/test_read.py"),
    Break(15, LIVE, "Version.objects.filter(pk=version.pk).update(locked_at=actor.now())", "pass",
          "tests/versions/test_promote.py"),
    Break(16, LIVE, "move(row, live=version, live_since=actor.now())\n    return row\n\n\ndef roll_back",
          "pass\n    return row\n\n\ndef roll_back", "tests/versions/test_promote.py"),
    Break(17, GUARDS, "  WHEN (OLD.generation IS DISTINCT FROM NEW.generation) EXECUTE FUNCTION tell_of_artifact",
          "  WHEN (false) EXECUTE FUNCTION tell_of_artifact", "tests/delivery/test_freshness.py"),
    Break(18, LIVE, "kind_of(row).after_rollback(actor, row, version)", "pass",
          "tests/versions/test_roll_back.py"),
    Break(19, LIVE, "kind_of(row).after_rollback(actor, row, version)",
          "Version.objects.of(row).drafts().delete()", "tests/versions/test_roll_back.py"),
    Break(20, STAGING, "move(row, staging=version, staging_since=actor.now())",
          "move(row, staging=version, staging_since=actor.now(), live=None)", "tests/versions/test_stage.py"),
    Break(21, DRAFTS, "        _refuse_frozen(version)\n        expect_tag", "        expect_tag",
          "tests/versions/test_delete_draft.py"),
    Break(22, DRAFTS, "        if row.staging_id == version.pk:\n            note(",
          "        if False:\n            note(", "tests/versions/test_delete_draft.py"),
    Break(23, "versioning/versions/migrations/0002_find_versions.py",
          "|| v.message || '' '' || v.author_name) ILIKE %L', pattern);", "|| v.message) ILIKE %L', pattern);",
          "tests/versions/test_search_versions.py"),
    Break(24, "versioning/versions/querysets.py", "return self if number is None else self.filter(number__lt=number)",
          "return self", PAGE),
    Break(25, "versioning/versions/presenters/diffs.py", "diff=compare_safely(before, new.source)",
          "diff=compare_safely(new.source, before)",
          "tests/versions/test_version_row.py tests/versions/test_compare_page.py"),
    Break(26, STAGING, "    if not enabled:", "    if False:", "tests/versions/test_stage.py"),
    Break(27, "versioning/versions/presenters/rows.py",
          "if self._can[Act.STAGE] and self.actor.workspace.staging_enabled:", "if self._can[Act.STAGE]:",
          "tests/versions/test_version_offers.py"),
    Break(28, "versioning/workspaces/services/workspaces.py", "            workspace.save(update_fields=list(changes))",
          "            workspace.save(update_fields=list(changes))\n"
          "            workspace.artifacts.update(staging=None)", "tests/versions/test_stage.py"),
]  # fmt: skip


def main() -> int:
    """Run all breaks (or those of the requirements named as arguments). 1 where one stayed green."""
    wanted = {int(argument) for argument in sys.argv[1:]}
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    unguarded = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "previse"
        _copy_project(copy)
        for broken in BREAKS:
            if wanted and broken.requirement not in wanted:
                continue
            turned_red = _try(copy, broken)
            print(
                f"{broken.requirement:3}  {'red, as it should' if turned_red else 'STILL GREEN'}  {broken.tests}"
            )
            if not turned_red:
                unguarded.append(broken.requirement)
    if unguarded:
        print(f"Nothing guards these requirements: {unguarded}")
    return 1 if unguarded else 0


def _copy_project(target: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def _try(project: Path, broken: Break) -> bool:
    """Whether the tests fail with the fault in place. The piece must be there exactly once."""
    file = project / broken.file
    whole = file.read_text()
    if whole.count(broken.old) != 1:
        raise SystemExit(f"Break {broken.requirement}: {broken.old!r} is not once in {broken.file}.")
    file.write_text(whole.replace(broken.old, broken.new))
    environment = os.environ | {"PREVISE_DATA": os.environ.get("PREVISE_DATA", str(ROOT / ".data"))}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *broken.tests.split()]
    try:
        result = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    finally:
        file.write_text(whole)
    if result.returncode not in (0, 1):  # 1: tests failed. Anything else did not even run them.
        raise SystemExit(
            f"Break {broken.requirement} did not run:\n{result.stdout[-3000:]}{result.stderr[-2000:]}"
        )
    return result.returncode == 1


if __name__ == "__main__":
    sys.exit(main())
