"""The review before a pointer moves: what changes, for whom, and what the button is bound to."""

from dataclasses import dataclass, field

from versioning.versions.kinds import Kind, Pinned, kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.arrival import Reach, reach
from versioning.versions.presenters.diffs import Shown, live_of, show
from versioning.versions.presenters.events import Entry, entries
from versioning.versions.presenters.header import Links
from versioning.versions.presenters.look import Look
from versioning.versions.trials import Trial, trial_of
from versioning.versions.uses import Use, uses_of
from versioning.workspaces.actor import Actor
from versioning.workspaces.models import Event

NAMED = 10


@dataclass(frozen=True)
class Choice:
    """A button of the review; `value` is what it sends as `as`, `note` what one must know of it."""

    label: str
    value: str = ""
    note: str = ""


@dataclass
class Review:
    """One review. `generation` and `tag` are what was shown; `meanwhile` is what happened since then.

    `choices` are its buttons, the usual one first; none where `refusal` says why it would be refused.
    """

    act: str  # promote | rollback
    title: str
    button: str
    version: Version
    live: str  # the label of what is live now, '' for nothing
    move: str
    shown: Shown
    effects: list[str]
    callers: str
    uses: list[Use]
    reach: Reach
    message: str
    action_url: str
    cancel_url: str
    generation: int
    sequence: int
    tag: str
    choices: list[Choice]
    source: str  # what a version holds, in a word
    trial: Trial | None = None
    refusal: str = ""
    meanwhile: list[Entry] = field(default_factory=list)
    problem: str = ""


def review(actor: Actor, artifact: Artifact, version: Version, act: str, look: Look, message: str) -> Review:
    """What making a version live, or rolling back to it, would do."""
    links, kind, live = Links(actor, artifact), kind_of(artifact), live_of(artifact)
    shown = show(
        actor, artifact, live, version, look, page=(act, version.number), target="#changes",
    )  # fmt: skip
    back = act == "rollback"
    drafted = version.is_draft and kind.one_draft
    pinned = kind.pinned(artifact) if drafted else Pinned()
    doing = "rolling back to" if back else kind.words.publishing
    button = f"{'Roll back to' if back else kind.words.publish} {version.label}"
    return Review(
        act=act, title=f"Review before {doing} {version.label}", button=button,
        version=version, live=live.label if live else "", move=_move(kind, version, live), shown=shown,
        effects=_effects(actor, artifact, version, live, back=back) + pinned.words, callers=_callers(shown),
        uses=uses_of(actor, artifact), reach=reach(actor, artifact, links), message=message,
        action_url=links.to(act, version.number), cancel_url=links.to("version", version.number),
        generation=artifact.generation, sequence=artifact.last_sequence, tag=version.tag,
        choices=[] if pinned.problem else _choices(actor, version, button, drafted=drafted),
        refusal=pinned.problem, source=kind.words.source,
        trial=trial_of(actor, artifact, version),
    )  # fmt: skip


def happened_since(artifact: Artifact, sequence: int | None) -> list[Entry]:
    """What was done to the artifact after an Event that a page knew, oldest first."""
    if sequence is None:
        return []
    since = Event.objects.of(artifact.pk).filter(sequence__gt=sequence).without_texts()
    return entries(list(since.order_by("sequence")[:NAMED]), artifact)


def _choices(actor: Actor, version: Version, button: str, *, drafted: bool) -> list[Choice]:
    """The one draft is locked first, unless somebody asks for it itself, where that is allowed."""
    if not drafted:
        return [Choice(button)]
    label = version.label
    found = [Choice(f"Lock and publish {label}", "locked")]
    if not actor.workspace.protect_live:
        note = f"{label} stays the draft: from then on each save of it is live at once."
        found.append(Choice("Publish the draft itself", "draft", note))
    return found


def _move(kind: Kind, version: Version, live: Version | None) -> str:
    """The move of the pointer in words."""
    if live is None:
        return kind.words.first.format(label=version.label)
    return f"{kind.words.readers} switch to {version.label}. {live.label} stays in history."


def _effects(
    actor: Actor, artifact: Artifact, version: Version, live: Version | None, *, back: bool
) -> list[str]:
    """What happens beside the move itself, a sentence each."""
    words, named = kind_of(artifact).words, {"label": version.label, "next": f"v{version.number + 1}"}
    found = []
    if back:
        found += [sentence.format(**named) for sentence in words.rolls_back]
    elif version.is_draft:
        found.append(words.freezes.format(**named))
    found += words.stays
    if actor.workspace.staging_enabled:
        staged = artifact.staging.number if artifact.staging else None
        found.append(
            f"Staging stays on v{staged}." if staged else "Staging stays unset: test keys read live."
        )
    if live and not back:
        older = live.number < version.number
        undo = "roll back to" if older else words.publish.lower()
        found.append(f"To undo: {undo} {live.label}{'' if older else ' again'}.")
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
