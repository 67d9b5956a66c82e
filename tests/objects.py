"""One of everything in `demo`, under the names that addresses give it: what strangers ask for."""

import re
import uuid
from typing import Any

from agents.models import AgentSchema, AgentTrigger, Content, Conversation, McpServer
from agents.services.connectors import create_connector
from prompts.models import WorkingCopy
from tests.cast import Cast
from tests.factories import make_agent, make_prompt
from versioning.playground.services import change_provider, start_runs
from versioning.versions import services
from versioning.webhooks.models import Delivery
from versioning.webhooks.services.endpoints import create_endpoint, disable_endpoint
from versioning.workspaces.models import Event, Member
from versioning.workspaces.services.keys import create_key
from versioning.workspaces.services.members import invite
from versioning.workspaces.services.tokens import make_token

Values = dict[str, object]
SLUG = "greeting"  # of the prompt and of the agent
SECTIONS = {"schemas": AgentSchema, "triggers": AgentTrigger, "mcp-servers": McpServer}
PART = re.compile(rf"/({'|'.join(SECTIONS)})/{{part_id}}")
PLAIN = {
    "slug": SLUG, "collection": "prompts", "section": "triggers", "name": "identity", "number": 3, "n": 3,
    "old": 1, "new": 2, "sequence": 1, "resource_type": "trigger", "version": 1, "version_number": 1,
}  # fmt: skip


def everything(cast: Cast) -> Values:
    """Make it, and say how it is called. The third versions are drafts, and the second are live."""
    prompt = make_prompt(cast.eve, slug=SLUG, live=2, drafts=2)
    agent = make_agent(cast.eve, slug=SLUG, locked=2, live=1)
    services.promote(cast.eve, agent, 2)
    agent.refresh_from_db()
    key, _ = create_key(cast.alice, name="program", kind="live")
    invited, _ = invite(cast.alice, role="viewer")
    token, _ = make_token(cast.alice, name="assistant")
    [run] = start_runs(cast.eve, prompt, [3], values={"name": "Ann"})
    change_provider(cast.alice, base_url="https://api.example/v1", model="tiny", key="")
    connector = create_connector(cast.eve, agent, name="Orders", channel="api")
    conversation = begun(cast, agent, key)
    hook, _ = create_endpoint(cast.alice, url="https://hooks.example/on")
    off, _ = create_endpoint(cast.alice, url="https://hooks.example/off")
    disable_endpoint(cast.alice, off)
    parts = {section: model.objects.of(agent).get().pk for section, model in SECTIONS.items()}
    return {
        **PLAIN, **parts, "workspace": cast.demo.slug, "id": agent.pk, "part": parts["triggers"],
        "copy": copies_of(cast, prompt)[0].pk, "run_id": run.pk, "key_id": key.pk,
        "invite_id": invited.pk, "event": prompt.pk, "event_id": Event.objects.first().pk,  # type: ignore[union-attr]
        "member_id": Member.objects.get(user=cast.bob.user).pk, "connector": connector.pk,
        "resource_id": parts["triggers"], "snapshot_id": agent.snapshots.get(version_number=1).pk,
        "prompt_id": prompt.pk, "token_id": token.pk, "endpoint_id": hook.pk, "off_id": off.pk,
        "delivery_id": Delivery.objects.of(hook).newest_first()[0].pk,
        "connector_id": connector.pk, "conversation": conversation.pk, "conversation_id": conversation.pk,
    }  # fmt: skip


def never(values: Values) -> Values:
    """The same names, under which nothing ever was."""
    nothing = {name: uuid.uuid4() for name, value in values.items() if isinstance(value, uuid.UUID)}
    return values | nothing | {"slug": "never-was"}


def filled(template: str, values: Values) -> str:
    """A path of REST with its names filled in; a part is one of the section that the path names."""
    section = PART.search(template)
    return template.format(**values, part_id=values[section[1]] if section else "")


def copies_of(cast: Cast, prompt: Any) -> list[WorkingCopy]:
    """Two texts of alice's that were kept aside."""
    return [
        WorkingCopy.objects.create(
            workspace=cast.demo, prompt=prompt, user=cast.alice.user, source=f"Copy {n}",
            updated_at=cast.eve.now(), kept_at=cast.eve.now(),
        )
        for n in range(2)
    ]  # fmt: skip


def begun(cast: Cast, agent: Any, key: Any) -> Conversation:
    """A conversation that a program began with what is live."""
    live = agent.live
    Content.objects.create(workspace=cast.demo, digest=live.digest, body=live.source)
    return Conversation.objects.create(
        workspace=cast.demo, agent=agent, number=live.number, digest=live.digest, served_from="live",
        key_id=key.pk, caller="+41791234567",
    )  # fmt: skip
