"""The review before a pointer moves: what changes, for whom, and what the button is bound to."""

from dataclasses import dataclass, field

from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.diffs import Shown, show
from versioning.versions.presenters.events import Entry, entries
from versioning.versions.presenters.header import Links
from versioning.versions.presenters.look import Look
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

NAMED = 10


@dataclass
class Review:
    """One review. `generation` and `tag` are what was shown; `meanwhile` is what happened since then."""

    act: str  # promote | rollback
    title: str
    button: str
    version: Version
    live: str  # the label of what is live now, '' for nothing
    shown: Shown
    effects: list[str]
    callers: str
    message: str
    action_url: str
    cancel_url: str
    generation: int
    sequence: int
    tag: str
    meanwhile: list[Entry] = field(default_factory=list)
    problem: str = ""


def review(actor: Actor, artifact: Artifact, version: Version, act: str, look: Look, message: str) -> Review:
    """What promoting, or rolling back to, a version would do."""
    links = Links(actor, artifact)
    live = Version.objects.of(artifact).numbered(artifact.live.number) if artifact.live else None
    shown = show(
        actor, artifact, live, version, look, page=(act, version.number), target="#changes",
    )  # fmt: skip
    back = act == "rollback"
    return Review(
        act=act,
        title=f"Review before {'rolling back to' if back else 'promoting'} {version.label}",
        button=f"{'Roll back to' if back else 'Promote'} {version.label}",
        version=version, live=live.label if live else "", shown=shown,
        effects=_effects(actor, artifact, version, live, back=back), callers=_callers(shown),
        message=message, action_url=links.to(act, version.number),
        cancel_url=links.to("version", version.number),
        generation=artifact.generation, sequence=artifact.last_sequence, tag=version.tag,
    )  # fmt: skip


def happened_since(artifact: Artifact, sequence: int | None) -> list[Entry]:
    """What was done to the artifact after an Event that a page knew, oldest first."""
    if sequence is None:
        return []
    since = Event.objects.of(artifact.pk).filter(sequence__gt=sequence).defer("data")
    return entries(list(since.order_by("sequence")[:NAMED]), artifact)


def _effects(
    actor: Actor, artifact: Artifact, version: Version, live: Version | None, *, back: bool
) -> list[str]:
    """What happens beside the move itself, a sentence each."""
    label = version.label
    found = []
    if back:
        found.append(
            f"The text of {label} goes into your editor. Unsaved typing there is kept and offered back."
        )
        found.append("Newer versions and drafts stay, and can be promoted again.")
    elif version.is_draft:
        found.append(f"{label} is frozen from then on: to change it, save a new version.")
    if actor.workspace.staging_enabled:
        staged = artifact.staging.number if artifact.staging else None
        found.append(
            f"Staging stays on v{staged}." if staged else "Staging stays unset: test keys read live."
        )
    if live and not back:
        found.append(f"To undo: roll back to {live.label}.")
    return found


def _callers(shown: Shown) -> str:
    """What the programs that read it must do, '' for nothing."""
    came = [change.name for change in shown.changes if change.sign == "+"]
    if not came:
        return ""
    if shown.old is None:
        return f"Callers must pass {_listed(came)}."
    which = "the new variable" if len(came) == 1 else "the new variables"
    return f"Callers must pass {which} {_listed(came)}."


def _listed(names: list[str]) -> str:
    shown, rest = names[:5], len(names) - 5
    if rest > 0:
        return ", ".join(shown) + f" and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
