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
ONE_DRAFT = "versioning/versions/services/one_draft.py"
DRAFT_GUARDS = "versioning/versions/migrations/0003_one_draft.py"
CALLS = "agents/migrations/0003_conversations.py"
HEADER = "versioning/versions/presenters/header.py"
STANDING = "versioning/versions/presenters/standing.py"
HEAD = "templates/versions/header.html"
HEADER_TESTS = "tests/agents/test_header.py"
CAPTURE = "versioning/changes/migrations/0001_what_changed.py"
TRACK = "versioning/changes/sql.py"
TRACKED = "agents/migrations/0005_history_and_snapshots.py"
SNAPSHOTS = "agents/services/snapshots.py"
RESTORES = "agents/services/restoring.py"
HISTORY_API = "agents/api/history.py"
ANSWERS = "versioning/changes/answers.py"


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
    Break(16, LIVE, "move(row, live_id=version.pk, live_since=actor.now())", "pass",
          "tests/versions/test_promote.py"),
    Break(17, GUARDS, "  WHEN (OLD.generation IS DISTINCT FROM NEW.generation) EXECUTE FUNCTION tell_of_artifact",
          "  WHEN (false) EXECUTE FUNCTION tell_of_artifact", "tests/delivery/test_freshness.py"),
    Break(17, "clients/python/src/previse/memory.py", "if entry.flight is None and self._may_try(entry, now):",
          "if entry.flight is None and not entry.known:", "tests/client/test_freshness.py"),
    Break(17, "versioning/webhooks/apps.py", "record.register(owe)", "pass", "tests/webhooks/test_outbox.py"),
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
    Break(29, READ, "WHEN 'live' THEN a.live_id",
          "WHEN 'live' THEN (SELECT d.id FROM versions_version d WHERE d.artifact_id = a.id"
          " AND d.number = a.last_number)", "tests/delivery/test_agents.py"),
    Break(30, "versioning/playground/services/runs.py",
          "    version = as_rows_are(artifact, version_of(artifact, number))\n",
          "    version = version_of(artifact, number)\n    if version.is_draft:\n        raise not_found()\n",
          "tests/agents/test_try.py"),
    Break(31, ONE_DRAFT, 'update(last_number=F("last_number") + 1)\n    artifact.last_number += 1',
          'update(last_number=F("last_number") + 2)\n    artifact.last_number += 2', "tests/agents/test_lock.py"),
    Break(32, HEADER, 'state = "draft" if version.is_draft else kind.words.settled', 'state = "draft"', HEADER_TESTS),
    Break(33, ONE_DRAFT, "        if kind_of(row).literal(row) == before:", "        if draft.revision > 1:",
          "tests/agents/test_change_agent.py tests/agents/test_canonical.py"),
    Break(34, DRAFT_GUARDS, "     AND NOT EXISTS (SELECT FROM versions_version", "     AND false AND NOT EXISTS (SELECT FROM versions_version",
          "tests/invariants/test_agent_guards.py"),
    Break(34, DRAFT_GUARDS, 'condition=models.Q(("kind", "agent"), ("locked_at", None)),',
          'condition=models.Q(("kind", "nothing"), ("locked_at", None)),', "tests/invariants/test_agent_guards.py"),
    Break(35, ONE_DRAFT, "draft.source = kind_of(row).snapshot(row, served=staged or live)", "draft.source = was.source",
          "tests/agents/test_change_agent.py"),
    Break(36, "agents/canonical.py", "[part_fields(part) for part in model.objects.of(agent)]", "[]",
          "tests/agents/test_lock.py tests/agents/test_revert.py"),
    Break(37, GUARDS, "WHEN (OLD.locked_at IS NOT NULL AND\n", "WHEN (OLD.kind = 'prompt' AND\n",
          "tests/invariants/test_agent_guards.py"),
    Break(38, CALLS, "WHEN 'live' THEN a.live_id", "WHEN 'live' THEN coalesce(a.staging_id, a.live_id)",
          "tests/delivery/test_conversations.py"),
    Break(39, LIVE, "    settle(row, version, expected)\n",
          '    raise DomainError("live_protected", "Lock it first.")\n', "tests/agents/test_publish.py"),
    Break(40, CALLS, "WHEN 'live' THEN a.live_id",
          "WHEN 'live' THEN coalesce(a.live_id, (SELECT d.id FROM versions_version d"
          " WHERE d.artifact_id = a.id ORDER BY d.number DESC LIMIT 1))", "tests/delivery/test_conversations.py"),
    Break(41, "templates/agents/connector.html", "nothing now: calls are refused until a version is published",
          "nothing now", "tests/agents/test_connectors_page.py"),
    Break(42, STANDING, '        found.append(Button(f"{publish}…", url, "", look))\n    return found',
          "        pass\n    return []", HEADER_TESTS),
    Break(43, ONE_DRAFT, "    open_draft(actor, row, forked=version)\n    move(row)", "    move(row)",
          "tests/agents/test_lock.py"),
    Break(44, STANDING, "    if version.is_draft and may(actor, Act.EDIT) and (publishes or not live):",
          "    if may(actor, Act.EDIT):", HEADER_TESTS),
    Break(45, LIVE, "move(row, live_id=version.pk, live_since=actor.now())", "pass", "tests/agents/test_publish.py"),
    Break(46, STANDING, "    elif publishes:", "    if publishes:", HEADER_TESTS),
    Break(47, LIVE, "        move(row, live=None, live_since=None)\n", "",
          "tests/agents/test_publish_page.py tests/versions/test_unpublish.py"),
    Break(48, STANDING, "    if publishes and live:", "    if publishes:", HEADER_TESTS),
    Break(49, ONE_DRAFT, "        kind_of(row).put_back(row, base.source)\n", "", "tests/agents/test_revert.py"),
    Break(50, STANDING, "        if draft.base and draft.changes:", "        if True:", HEADER_TESTS),
    Break(51, "agents/services/agents.py", "        Agent.objects.filter(pk=row.pk).update(**clean, updated_at=Now())\n",
          "", "tests/agents/test_save_section.py"),
    Break(52, "agents/kind.py", "texts = [instructions, *naming.texts_of(actor, config)]", "texts = [instructions]",
          "tests/agents/test_try.py"),
    Break(53, "versioning/versions/views/drafts.py",
          "version = services.lock(actor, artifact, message=message, expected=expected)",
          "version = services.lock(actor, artifact, message=message)", "tests/agents/test_lock_page.py"),
    Break(54, "versioning/versions/presenters/review.py", 'found = [Choice(f"Lock and publish {label}", "locked")]',
          "found = []", "tests/agents/test_publish_page.py"),
    Break(55, ONE_DRAFT, "    source = forked.source if forked else", "    source = '{}' if forked else",
          "tests/agents/test_lock.py"),
    Break(56, LIVE, "        if row.live_id == version.pk:\n            raise",
          "        if row.live_id and version.number <= (number_of(row, row.live_id) or 0):\n            raise",
          "tests/agents/test_publish.py"),
    Break(57, HEAD, "{% if selector %}", "{% if not selector %}", HEADER_TESTS),
    Break(58, HEAD, "<b>{{ selector.current.label }}</b>{% for chip in selector.current.chips %}",
          "<b>Version</b>{% for chip in selector.current.chips %}", HEADER_TESTS),
    Break(59, HEADER, 'quick.append(pick(artifact.live, at=artifact.live_since, word="Live"))', "pass", HEADER_TESTS),
    Break(60, HEADER, '"newest": [pick(version) for version in newest[:NEWEST]],', '"newest": [],', HEADER_TESTS),
    Break(61, HEADER, 'url = links.to("editor") if edits else links.to(kind.words.shown, version.number)',
          'url = links.to("editor")', HEADER_TESTS),
    Break(62, "agents/desk.py", "    if not may(actor, Act.SAVE_DRAFT):\n", "    if True:\n",
          "tests/agents/test_editor_page.py"),
    Break(63, "templates/agents/look.html", "{% include section.template %}", "{% include 'agents/save.html' %}",
          "tests/agents/test_editor_page.py"),
    Break(64, "versioning/playground/presenters.py",
          "    found = {version.number: version for version in rows.newest_first()[:LISTED]}",
          "    found = {}", "tests/agents/test_try.py tests/playground/test_try_page.py"),
    Break(65, "versioning/versions/presenters/review.py", "trial=trial_of(actor, artifact, version),", "trial=None,",
          "tests/playground/test_trial.py"),
    Break(66, ONE_DRAFT, "source=draft.source, digest=draft.digest, message=message, author=actor.user,",
          'source=draft.source, digest=draft.digest, message="", author=actor.user,', "tests/agents/test_lock.py"),
    Break(67, CALLS, "WHEN way.target = 'version' THEN 'pinned' WHEN", "WHEN", "tests/delivery/test_connectors.py"),
    Break(68, "agents/splitting.py", 'hashlib.sha256(f"{connector}{caller}".encode())',
          'hashlib.sha256(f"{connector}{id(caller)}".encode())', "tests/agents/test_splitting.py"),
    Break(69, TRACK, "CREATE TRIGGER z_track_row AFTER INSERT OR DELETE ON", "CREATE TRIGGER z_track_row AFTER INSERT ON",
          "tests/changes/test_capture.py"),
    Break(70, CAPTURE, "DO UPDATE SET last = c.last + 1\n", "DO UPDATE SET last = (SELECT max(h.version) + 1"
          " FROM public.config_history h WHERE h.agent_id = aid)\n", "tests/changes/test_capture_writers.py"),
    Break(71, LIVE, "        kind_of(row).published(row, published)\n", "", "tests/agents/test_snapshots.py"),
    Break(72, TRACK, "        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;\n", "",
          "tests/changes/test_first_records.py"),
    Break(73, TRACKED, 'TRIGGER = ("name", "trigger_type", "trigger_config", "enabled", "description")',
          'TRIGGER = ("name", "trigger_type", "trigger_config", "enabled")', "tests/changes/test_capture_columns.py"),
    Break(74, TRACK, "FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION capture_change", "FOR EACH ROW EXECUTE FUNCTION capture_change",
          "tests/changes/test_capture_untouched.py"),
    Break(75, CAPTURE, "  IF resource = 'agent' THEN aid := rid;", "  IF resource = 'agent' THEN aid := NULL;",
          "tests/changes/test_capture.py"),
    Break(76, CAPTURE, "VALUES (resource, rid, aid, tid, 1, '{}')", "VALUES (resource, rid, aid, tid, 2, '{}')",
          "tests/changes/test_capture_numbers.py"),
    Break(77, CAPTURE, "IF TG_OP <> 'DELETE' THEN now_is := to_jsonb(NEW) - skip; END IF;",
          "now_is := to_jsonb(coalesce(NEW, OLD)) - skip;", "tests/changes/test_capture.py"),
    Break(78, CAPTURE, "FROM jsonb_each(now_is) e WHERE e.value IS DISTINCT FROM was -> e.key;",
          "FROM jsonb_each(now_is) e;", "tests/changes/test_capture.py"),
    Break(79, CAPTURE, "NULLIF(current_setting('app.actor_id', true), '')::uuid,", "NULL,",
          "tests/changes/test_capture_who.py"),
    Break(80, "versioning/changes/services/restoring.py", 'with noted(f"Restored to version {target}"):',
          'with noted(""):', "tests/changes/test_capture_who.py"),
    Break(81, CAPTURE, "coalesce(NULLIF(current_setting('app.at', true), '')::timestamptz, clock_timestamp())",
          "clock_timestamp()", "tests/changes/test_capture_who.py"),
    Break(82, ONE_DRAFT, "        if kind_of(row).literal(row) == before:", "        if False:",
          "tests/changes/test_capture.py"),
    Break(83, SNAPSHOTS, '**found["agent"]}', '"name": found["agent"]["name"]}', "tests/agents/test_snapshots.py"),
    Break(84, SNAPSHOTS, 'schemas_snapshot=active(found["schemas"])', 'schemas_snapshot=found["schemas"]',
          "tests/agents/test_snapshots.py"),
    Break(85, SNAPSHOTS, 'triggers_snapshot=found["triggers"]', "triggers_snapshot=[]", "tests/agents/test_snapshots.py"),
    Break(86, SNAPSHOTS, "version_number=last + 1,", "version_number=event.to_number,", "tests/agents/test_snapshots.py"),
    Break(87, RESTORES, "steps = [first] if first else []", "steps = []", "tests/agents/test_restore_snapshot.py"),
    Break(88, RESTORES, '{"is_active": False} if model is AgentSchema else None', "None",
          "tests/agents/test_restore_snapshot.py"),
    Break(89, RESTORES, "        if id not in wanted:", "        if False:", "tests/changes/test_capture_restores.py"),
    Break(90, RESTORES, 'with noted(f"Restored to snapshot {snapshot.version_number}"):', 'with noted(""):',
          "tests/changes/test_capture_restores.py"),
    Break(91, RESTORES, "    if dry_run:\n", "    if False:\n", "tests/rest/test_snapshots.py"),
    Break(92, "versioning/changes/plan.py", "rows.filter(pk=step.id).update(**after)",
          "rows.filter(pk=step.id).delete()\n"
          "        rows.create(id=step.id, agent_id=artifact.pk, tenant_id=artifact.workspace_id, **after)",
          "tests/changes/test_capture_restores.py"),
    Break(93, ANSWERS, 'paged(rows, page, ("version",), lambda change: change)',
          'paged(rows[:1], page, ("version",), lambda change: change)', "tests/rest/test_history.py"),
    Break(94, HISTORY_API, "return answers.get_version(actor, resource, resource_id, version, agent_id=agent.pk)",
          "return answers.get_version(actor, resource, resource_id, 1, agent_id=agent.pk)", "tests/rest/test_history.py"),
    Break(95, "versioning/changes/services/reading.py", '        name: {"from": before.get(name), "to": after.get(name)}',
          '        name: {"from": after.get(name), "to": before.get(name)}', "tests/rest/test_history_examples.py"),
    Break(96, HISTORY_API, "return answers.rollback_version(actor, resource, resource_id, payload, agent_id=agent.pk)",
          "return answers.rollback_version(actor, resource, resource_id, payload.model_copy(update={'target_version': 2}))",
          "tests/rest/test_history_examples.py"),
    Break(97, HISTORY_API, "return answers.list_history(actor, page, agent)", "return answers.list_history(actor, page)",
          "tests/rest/test_history.py"),
    Break(98, "agents/answers.py", 'return paged(rows, page, ("version_number",), SnapshotOut.of)',
          'return paged(rows[:1], page, ("version_number",), SnapshotOut.of)', "tests/rest/test_snapshots.py"),
    Break(99, HISTORY_API, "return of_snapshots.rollback_snapshot(actor, agent, snapshot_id, payload, expected=expected)",
          "return of_snapshots.rollback_snapshot(actor, agent, '2', payload, expected=expected)", "tests/rest/test_snapshots.py"),
    Break(100, "versioning/workspaces/policy.py", "Act.EDIT: Rule(Role.EDITOR),", "Act.EDIT: Rule(Role.EDITOR, scope=Scope.HISTORY),",
          "tests/rest/test_snapshots.py tests/mcp/test_rights.py"),
    Break(101, "versioning/changes/schemas.py", "limit: int = Field(LISTED, ge=1,", "limit: int = Field(10, ge=1,",
          "tests/rest/test_history.py"),
    Break(102, "versioning/changes/tools.py", '@tool("Compare two versions", asks=CompareVersions, answers=ComparedOut)\n',
          "", "tests/mcp/test_list.py"),
    Break(103, ANSWERS, "diff=diff, changed_field_count=len(diff)", "diff=diff, changed_field_count=0",
          "tests/rest/test_history_examples.py"),
    Break(104, ANSWERS, "restored_to_version=target, new_version=done.version,", "restored_to_version=target, new_version=target,",
          "tests/rest/test_history_examples.py"),
    Break(105, TRACKED, 'sql.wall("builder_versions", "tenant_id"),', "", "tests/invariants/test_walls.py"),
    Break(106, CAPTURE, "      WHERE (c.agent_id, c.tenant_id) IS NOT DISTINCT FROM (EXCLUDED.agent_id, EXCLUDED.tenant_id)\n", "",
          "tests/changes/test_capture_numbers.py"),
    Break(107, CAPTURE, "      IF (SELECT m.strict FROM public.config_mode m) THEN RAISE; END IF;\n", "      RAISE;\n",
          "tests/changes/test_gaps.py"),
    Break(108, CAPTURE, "      IF (SELECT m.strict FROM public.config_mode m) THEN RAISE; END IF;\n", "",
          "tests/changes/test_gaps.py"),
    Break(109, "agents/kind.py", '"schemas": active(found["schemas"])', '"schemas": found["schemas"]', "tests/delivery/test_agents.py"),
    Break(110, "versioning/delivery/source.py", 'READ: LiteralString = "SELECT * FROM delivery_read(%s, %s, %s, %s)"',
          'READ: LiteralString = "SELECT d.* FROM delivery_read(%s, %s, %s, %s) d LEFT JOIN config_history h ON false"',
          "tests/changes/test_capture_apart.py"),
    Break(111, SNAPSHOTS, "    except Exception:  # whatever it is, the publish goes on\n", "    except ZeroDivisionError:\n",
          "tests/agents/test_snapshots.py"),
    Break(112, CAPTURE, '        sql.append_only("config_history"),\n', "", "tests/changes/test_append_only.py"),
    Break(113, "versioning/changes/services/verifying.py", "r.data_before IS DISTINCT FROM r.left_as THEN 'apart'",
          "false THEN 'apart'", "tests/changes/test_gaps.py"),
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
