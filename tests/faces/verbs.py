"""Every verb that more than one face has: how a page asks for it, how a program does, what comes of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agents.canonical import parsed, part_fields
from agents.models import Agent, AgentSchema, AgentTrigger, McpServer
from agents.services import change_agent, tag_of
from agents.services.connectors import create_connector
from prompts.models import Prompt
from prompts.services import change_prompt
from tests.agents.sheets import sheet
from tests.cast import Cast, Web
from tests.factories import make_agent, make_prompt
from versioning.changes.models import Counter
from versioning.versions import services
from versioning.versions.services.one_draft import draft_of
from versioning.versions.services.steps import version_of
from versioning.workspaces.models import Event

Form = dict[str, Any]
Thing = Prompt | Agent
NOBODY = "00000000-0000-4000-8000-000000000000"
NO_TAG = '"3-0000000000000000"'
PARTS = {"schemas": AgentSchema, "triggers": AgentTrigger, "mcp_servers": McpServer}


@dataclass(frozen=True)
class Verb:
    """One verb on an artifact that is as `ready` makes it.

    In `page`, `path` and `form` stands `{n}` for the number, `{g}` for the generation, `{draft}` for the
    draft's tag, `{v1}` for the first version's, `{row}` for the newest version of its row, `{schemas}` for
    the schema's id… `sheet` names the form of the editor that is sent.
    """

    name: str
    page: str
    form: Form
    method: str
    path: str
    body: Form
    events: list[tuple[str, int | None, int | None]]
    refusal: str  # the code of the same verb done twice, or where it cannot be done; '' where it never is
    again: Form = field(default_factory=dict)  # what differs in the form that is refused
    again_body: Form = field(default_factory=dict)  # and in the body; as `again`, where it is empty
    number: int = 3  # what stands for `{n}`
    at: int = 0  # and in the request that is refused, where it is another
    of_draft: bool = False  # whether it writes to an agent's draft
    kind: str = "prompts"
    sheet: str = ""
    first: Callable[..., Any] | None = None  # what must be done before, and is not where it is refused

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def _renamed(actor: Any, prompt: Prompt) -> None:
    """The row has a second version."""
    change_prompt(actor, prompt, name="Other")


PROMPTS = [
    Verb("promote", "versions/{n}/promote/", {"expected": '"3-1"', "message": "Why", "generation": "{g}"},
         "POST", "versions/{n}/promote", {"message": "Why"},
         [("version.published", 2, 3)], "already_live", at=2),
    Verb("roll back", "versions/1/rollback/", {"message": "Why", "generation": "{g}"},
         "POST", "rollback", {"version": 1, "message": "Why"},
         [("version.rolled_back", 2, 1)], "already_live"),
    Verb("unpublish", "unpublish/", {"message": "Why", "generation": "{g}"},
         "POST", "unpublish", {"message": "Why"},
         [("version.unpublished", 2, None)], "not_live"),
    Verb("stage", "versions/{n}/stage/", {}, "PUT", "staging", {"version": 3},
         [("staging.set", 4, 3)], "already_staged"),
    Verb("unstage", "unstage/", {}, "DELETE", "staging", {}, [("staging.cleared", 4, None)], "not_staged"),
    Verb("save a new version", "save/", {"source": "New", "base": "2", "message": "Why"},
         "POST", "versions", {"source": "New", "base": 2, "message": "Why"},
         [("version.created", 2, 5)], "invalid", again={"source": " "}),
    Verb("rewrite a draft", "save/",
         {"source": "New", "base": "3", "base_tag": '"3-1"', "act": "update", "draft_message": "Why"},
         "PATCH", "versions/{n}", {"source": "New", "message": "Why"},
         [("version.updated", 3, 3)], "unchanged"),
    Verb("delete a draft", "versions/{n}/delete/", {"expected": '"3-1"'}, "DELETE", "versions/{n}", {},
         [("version.deleted", 3, None)], "not_found"),
    Verb("restore its row", "history/prompt/{resource}/1/restore/", {"expected": "{row}", "reason": "Why"},
         "POST", "history/rollback", {"target_version": 1, "reason": "Why"},
         [("resource.restored", None, None)], "unchanged", first=_renamed),
    Verb("rename", "settings/", {"name": "Other", "description": "", "tags": ""},
         "PATCH", "", {"name": "Other"}, [("artifact.changed", None, None)], "invalid", again={"name": ""}),
]  # fmt: skip


def _saved(
    name: str, page: str, sheet: str, form: Form, method: str, path: str, body: Form,
    again: Form, again_body: Form | None = None,
) -> Verb:  # fmt: skip
    """A save of a section or part of the editor."""
    return Verb(
        name, page, form, method, path, body, [("version.updated", 3, 3)], "invalid", again=again,
        again_body=again_body or again, of_draft=True, kind="agents", sheet=sheet,
    )  # fmt: skip


def _removed(noun: str, section: str) -> Verb:
    """A part taken out of the draft."""
    path = f"{section.replace('_', '-')}/{{{section}}}"
    return Verb(
        f"remove {noun}", f"{section}/{{{section}}}/remove/",
        {"expected": f"{{{section}_tag}}", "served": "{served}"}, "DELETE", path, {},
        [("version.updated", 3, 3)], "not_found", of_draft=True, kind="agents",
    )  # fmt: skip


def _published(name: str, number: int, form: Form, body: Form, events: list[Any]) -> Verb:
    """A version of an agent made live; the one that is live already is refused."""
    return Verb(
        name, "versions/{n}/publish/", {"message": "Why", "generation": "{g}", **form},
        "POST", "publish", {"message": "Why", **body}, events, "already_live", number=number, at=2,
        again_body={"version": 2}, kind="agents",
    )  # fmt: skip


def _called_in(
    name: str, page: str, form: Form, method: str, path: str, body: Form, event: str
) -> Verb:  # fmt: skip
    """A connector that is made or changed."""
    return Verb(
        name, page, {"act": "save", **form}, method, path, body, [(event, None, None)], "invalid",
        again={"name": ""}, kind="agents",
    )  # fmt: skip


CONFIG = {"model": "large", "temperature": 0.2, "instructions": "Be brief.\nBe kind."}
TITLED, NO_SCHEMA = {"title": "reply", "type": "object"}, {"type": 7}
AGENTS = [
    _saved("change own fields", "", "identity", {"bio": "New."}, "PATCH", "", {"bio": "New."}, {"name": ""}),
    _saved("change the model", "", "model", {"model": "large"}, "PATCH", "", {"llm_config": CONFIG},
           {"temperature": "9"}, {"llm_config": {"temperature": 9}}),
    _saved("change metadata", "", "metadata", {"metadata": '{"a": 1}'}, "PATCH", "", {"metadata": {"a": 1}},
           {"metadata": "[]"}),
    _saved("add a schema", "schemas/new/", "schemas-new",
           {"schema_data": json.dumps(TITLED), "name": "reply"}, "POST", "schemas", {"schema_data": TITLED},
           {"schema_data": json.dumps(NO_SCHEMA), "name": ""}, {"schema_data": NO_SCHEMA}),
    _saved("add a trigger", "triggers/new/", "triggers-new", {"name": "weekly"}, "POST", "triggers",
           {"name": "weekly"}, {"name": ""}),
    _saved("add a server", "mcp_servers/new/", "mcp_servers-new", {"name": "more"}, "POST", "mcp-servers",
           {"name": "more"}, {"name": ""}),
    _saved("change a schema", "schemas/{schemas}/", "part-{schemas}", {"schema_type": "output"}, "PATCH",
           "schemas/{schemas}", {"schema_type": "output"},
           {"schema_data": json.dumps(NO_SCHEMA), "name": ""}, {"schema_data": NO_SCHEMA}),
    _saved("change a trigger", "triggers/{triggers}/", "part-{triggers}", {"enabled": None}, "PATCH",
           "triggers/{triggers}", {"enabled": False}, {"name": ""}),
    _saved("change a server", "mcp_servers/{mcp_servers}/", "part-{mcp_servers}", {"status": "paused"},
           "PATCH", "mcp-servers/{mcp_servers}", {"status": "paused"}, {"endpoint": "nowhere"}),
    _removed("a schema", "schemas"), _removed("a trigger", "triggers"), _removed("a server", "mcp_servers"),
    Verb("lock", "lock/", {"expected": "{draft}", "message": "Why"}, "POST", "lock", {"message": "Why"},
         [("version.locked", 2, 3)], "stale", again={"expected": NO_TAG},
         again_body={"expected_version": NO_TAG}, of_draft=True, kind="agents"),
    Verb("revert", "revert/", {"expected": "{draft}"}, "POST", "revert", {}, [("version.reverted", 2, 3)],
         "unchanged", of_draft=True, kind="agents"),
    _published("lock and publish", 3, {"expected": "{draft}"}, {"version": "draft"},
               [("version.locked", 2, 3), ("version.published", 2, 3)]),
    _published("publish the draft itself", 3, {"expected": "{draft}", "as": "draft"},
               {"version": "draft", "lock": False}, [("version.published", 2, 3)]),
    _published("publish", 1, {"expected": "{v1}"}, {"version": 1}, [("version.published", 2, 1)]),
    Verb("roll back", "versions/1/rollback/", {"message": "Why", "generation": "{g}"},
         "POST", "rollback", {"version": 1, "message": "Why"}, [("version.rolled_back", 2, 1)],
         "already_live", kind="agents"),
    Verb("unpublish", "unpublish/", {"message": "Why", "generation": "{g}"},
         "POST", "unpublish", {"message": "Why"}, [("version.unpublished", 2, None)], "not_live",
         kind="agents"),
    Verb("stage", "versions/{n}/stage/", {}, "PUT", "staging", {"version": 3}, [("staging.set", 1, 3)],
         "already_staged", kind="agents"),
    Verb("unstage", "unstage/", {}, "DELETE", "staging", {}, [("staging.cleared", 1, None)], "not_staged",
         kind="agents"),
    Verb("restore a resource", "history/agent/{resource}/1/restore/", {"expected": "{row}", "reason": "Why"},
         "POST", "versions/{resource_type}/{resource}/rollback", {"target_version": 1, "reason": "Why"},
         [("resource.restored", 3, 3)], "unchanged", of_draft=True, kind="agents"),
    Verb("restore a snapshot", "snapshots/1/restore/", {"expected": "{draft}", "reason": "Why"},
         "POST", "snapshots/{snapshot}/rollback", {"reason": "Why"}, [("snapshot.restored", 3, 3)],
         "unchanged", of_draft=True, kind="agents"),
    _called_in("create a connector", "connectors/new/", {"channel": "api", "target": "live", "name": "More"},
               "POST", "connectors", {"channel": "api", "name": "More"}, "connector.created"),
    _called_in("change a connector", "connectors/{connector}/",
               {"channel": "api", "target": "live", "name": "Other", "expected": "1"},
               "PATCH", "connectors/{connector}", {"name": "Other"}, "connector.changed"),
    Verb("remove a connector", "connectors/{connector}/remove/", {"expected": "1"}, "DELETE",
         "connectors/{connector}", {}, [("connector.removed", None, None)], "not_found",
         kind="agents"),
    Verb("archive", "archive/", {}, "PATCH", "", {"archived": True},
         [("artifact.archived", None, None), ("staging.cleared", 1, None)], "live_in_the_way",
         first=services.unpublish, kind="agents"),
]  # fmt: skip


def ready(cast: Cast, verb: Verb, slug: str) -> Thing:
    """A prompt whose v2 is live, v1 retired, v3 and v4 drafts, v4 staged; or an agent.

    Its v2 is live, v1 staged, the draft v3 differs from v2; it has one part of each section, one connector.
    """
    thing: Thing
    if verb.kind == "prompts":
        thing = make_prompt(cast.eve, slug=slug, live=2, drafts=2)
        services.stage(cast.eve, thing, 4)
    else:
        thing = make_agent(cast.eve, slug=slug, locked=2, live=2)
        services.stage(cast.eve, thing, 1)
        change_agent(cast.eve, thing, bio="In work.")
        create_connector(cast.eve, thing, name="Orders", channel="api")
    thing.refresh_from_db()
    return thing


def acts(thing: Thing, after: int) -> list[tuple[Any, ...]]:
    """What was recorded since, as far as it must be the same through every face."""
    events = Event.objects.of(thing.pk).filter(sequence__gt=after).order_by("sequence")
    fields = ("name", "from_number", "to_number", "message", "actor_kind", "actor_label")
    return list(events.values_list(*fields))


def form_of(web: Web, verb: Verb, thing: Thing, **changed: Any) -> tuple[str, Form]:
    """Where the form of a page goes, and what it sends. Forms of the editor are read as alice sees them."""
    names = names_of(thing) | {"n": changed.pop("n", verb.number)}
    path = f"{verb.kind}/{thing.slug}/{verb.page.format(**names)}"
    form = {name: _put_in(value, names) for name, value in (verb.form | changed).items()}
    if not verb.sheet:
        return web.url(path), form
    alice = web if web.actor is web.cast.alice else web.of(web.cast.alice)
    asked = sheet(alice, path, verb.sheet.format(**names))
    return asked.action, asked.filled(**form)


def by_web(web: Web, verb: Verb, thing: Thing, **changed: Any) -> Any:
    """The verb as a form of a page."""
    return web.client.post(*form_of(web, verb, thing, **changed))


def by_rest(rest: Any, verb: Verb, thing: Thing, **changed: Any) -> Any:
    """The verb as a call of a program."""
    names = names_of(thing) | {"n": changed.pop("n", verb.number)}
    path = f"{verb.kind}/{thing.slug}/{verb.path.format(**names)}".rstrip("/")
    return getattr(rest, verb.method.lower())(
        path, **({} if verb.method == "DELETE" else verb.body | changed)
    )


def names_of(thing: Thing) -> dict[str, Any]:
    """What stands for the words in braces."""
    names: dict[str, Any] = {"g": thing.generation, "resource": thing.pk, "resource_type": thing.kind}
    names |= {"row": Counter.objects.get(resource_id=thing.pk).last, "snapshot": 1}
    if isinstance(thing, Agent):
        draft, first = draft_of(thing), version_of(thing, 1)
        names |= {"draft": draft.tag, "v1": first.tag, "served": "live" if draft.pk == thing.live_id else ""}
        names["connector"] = thing.connectors.values_list("pk", flat=True).first()
        for section, model in PARTS.items():
            part = model.objects.of(thing).first()
            names[section] = part.pk if part else NOBODY
            names[f"{section}_tag"] = tag_of(part_fields(part)) if part else ""
    return names


def configuration(thing: Thing) -> Any:
    """What an agent's draft holds, without the ids of its parts; None of a prompt, which has no rows."""
    if isinstance(thing, Prompt):
        return None
    found = parsed(draft_of(thing).source)
    return {
        section: [{name: each[name] for name in each if name != "id"} for each in part]
        if isinstance(part, list)
        else part
        for section, part in found.items()
    }


def _put_in(value: Any, names: dict[str, Any]) -> Any:
    """A form's value; of JSON the braces are its own."""
    return value.format(**names) if isinstance(value, str) and value[:2] != '{"' else value
