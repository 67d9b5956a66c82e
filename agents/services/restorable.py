"""What a restore may bring back: only what could be typed today, for the editor must open it and save it."""

from typing import Any

from agents import naming
from agents.models import PARTS, Agent, McpServer, Part, Secret
from agents.sealing import Sealing
from agents.secrets import placed
from agents.services.cleaning import check_reachable, clean_agent, clean_part
from agents.services.parts import MOST
from agents.values import refused
from versioning.changes.plan import Plan, Step
from versioning.lib.errors import DomainError
from versioning.versions.models import Artifact


def check_plan(artifact: Artifact, plan: Plan) -> None:
    """Refuse a plan that would leave a row which could not be typed, or too many. Error: `invalid`."""
    for step in plan.steps:
        if step.action == "deleted":
            continue
        try:
            _check_step(artifact, step)
        except DomainError as error:
            if error.code != "invalid":
                raise
            what = f"The {step.resource.noun} '{step.label[:100]}'"
            raise DomainError("invalid", f"{what} cannot come back. {error.message}", **error.data) from error
    for model in PARTS:
        _check_room(artifact, model, plan)


def _check_step(artifact: Artifact, step: Step) -> None:
    model: Any = step.resource.model
    if model is Agent:
        clean_agent(step.after)
        if "llm_config" in step.after:
            naming.check_names(artifact.workspace_id, step.after["llm_config"])
        return
    clean_part(model, step.after)
    if model is McpServer:
        _check_server(artifact, step)


def _check_server(artifact: Artifact, step: Step) -> None:
    """Its address must fit its transport, and its config holds no credential but references to its own."""
    now = McpServer.objects.filter(pk=step.id).first() or McpServer()
    check_reachable({"endpoint": now.endpoint, "transport": now.transport, **step.after})
    config = step.after.get("config", {})
    sealing = Sealing(artifact.pk)
    sealing.config(config, "config")
    if sealing.kept:
        raise refused("config", "It holds a credential in the open. Type it anew in the editor.")
    own = {str(id) for id in Secret.objects.filter(agent_id=artifact.pk).values_list("id", flat=True)}
    for path, reference in placed(config, "config"):
        if str(reference["$secret"]) not in own:
            raise refused(path, "It refers to a secret that is not there.")


def _check_room(artifact: Artifact, model: type[Part], plan: Plan) -> None:
    """As many parts as can be added by hand; what is there already may stay."""
    steps = [step for step in plan.steps if step.resource.model is model]
    created = sum(step.action == "created" for step in steps)
    deleted = sum(step.action == "deleted" for step in steps)
    over = model.objects.of(artifact.pk).count() + created - deleted - MOST if created else 0
    if over > 0:
        words = f"An agent has at most {MOST} of them. Remove {over} first."
        raise refused(model.section, words)
