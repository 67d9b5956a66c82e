"""What the pages of the playground say: the form of a trial, an answer, a list of runs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from django.urls import reverse

from versioning.lib.errors import DomainError
from versioning.playground.models import Provider, Run
from versioning.playground.services import provider_of
from versioning.playground.states import RunStatus
from versioning.playground.stream import stream_url
from versioning.versions.kinds import kind_of
from versioning.versions.models import Artifact, Version
from versioning.versions.presenters.header import Links, chips
from versioning.versions.services.one_draft import as_rows_are
from versioning.workspaces.actor import Actor

LISTED = 200  # versions that the pickers name; any other by its number in the address
PREFIX = "value_"  # before a variable's name, in the names of fields


@dataclass
class Typed:
    """What is in the form: which versions, what is said, the variables' values."""

    number: int | None = None
    beside: int | None = None
    said: str = ""
    values: dict[str, str] = field(default_factory=dict)
    override: bool | None = None  # None: as is usual for this provider

    @classmethod
    def of_form(cls, form: Mapping[str, str], number: int | None, beside: int | None) -> Self:
        """As it was sent. An empty value is one that was not given."""
        values = {
            name.removeprefix(PREFIX): _lines(value)
            for name, value in form.items()
            if name.startswith(PREFIX) and value.strip()
        }
        return cls(number, beside, _lines(form.get("input", "")), values, form.get("override") == "1")

    @classmethod
    def of_runs(cls, runs: list[Run]) -> Self:
        """As it was for these runs: one, or two side by side."""
        values = {name: value for run in runs for name, value in run.values.items()}
        numbers = [run.number for run in runs]
        first = runs[0]
        return cls(numbers[0], numbers[1] if len(numbers) > 1 else None, first.said, values, first.overridden)

    @property
    def numbers(self) -> list[int]:
        """The versions that are asked."""
        return [number for number in (self.number, self.beside) if number]


@dataclass(frozen=True)
class Field:
    """A variable to fill in. `only` names the version that alone has it."""

    name: str
    value: str
    only: str = ""

    @property
    def html_name(self) -> str:
        """How the form calls it."""
        return PREFIX + self.name


@dataclass
class Desk:
    """The form of a trial."""

    typed: Typed
    picks: list[tuple[int, str]]
    fields: list[Field]
    provider: Provider | None
    named: str  # the model that the versions name, where it is another than the provider's
    override: bool
    optional: bool  # whether they can be asked without anything said
    error: DomainError | None = None

    @property
    def button(self) -> str:
        """What the button does."""
        labels = " and ".join(f"v{number}" for number in self.typed.numbers)
        return f"{'Run' if self.provider else 'Preview'} {labels}".strip()

    @property
    def host(self) -> str:
        """Where the answers come from."""
        return urlsplit(self.provider.base_url).netloc if self.provider else ""


def desk(actor: Actor, artifact: Artifact, typed: Typed, error: DomainError | None = None) -> Desk:
    """The form for the chosen versions. What was typed stays, also for a variable that neither has."""
    provider = provider_of(actor)
    chosen = [
        as_rows_are(artifact, version)
        for number in dict.fromkeys(typed.numbers)
        if (version := Version.objects.of(artifact).numbered(number))
    ]
    models = {_named_model(actor, artifact, version) for version in chosen}
    named = " and ".join(sorted(models - {"", provider.model if provider else ""}))
    usual = bool(provider and _inside(provider.base_url))
    return Desk(
        typed, _picks(actor, artifact, typed), _fields(artifact, chosen, typed), provider,
        named=named if provider else "", override=usual if typed.override is None else typed.override,
        optional=all(_may_be_silent(actor, artifact, version) for version in chosen), error=error,
    )  # fmt: skip


@dataclass(frozen=True)
class Card:
    """One answer, under way or ended."""

    run: Run
    chips: list[str]
    here_url: str
    version_url: str
    stop_url: str
    stream_url: str
    request: str
    first_token: str
    took: str


def card(actor: Actor, artifact: Artifact, run: Run) -> Card:
    """An answer as its page shows it."""
    links, workspace = Links(actor, artifact), actor.workspace.slug
    version = Version.objects.of(artifact).without_text().numbered(run.number)
    return Card(
        run=run,
        chips=chips(actor, artifact, version) if version else ["deleted"],
        here_url=reverse("playground:run", args=[workspace, run.pk]),
        version_url=links.to(kind_of(artifact).words.shown, run.number) if version else "",
        stop_url=reverse("playground:stop", args=[workspace, run.pk]),
        stream_url=stream_url(actor, run) if run.is_open and actor.person_id else "",
        request=as_sent(run),
        first_token=took(run.started_at, run.first_token_at),
        took=took(run.started_at, run.finished_at),
    )


def as_sent(run: Run) -> str:
    """The exact request, as one reads it: the line, the headers that say who, the body."""
    request = run.request
    first = ("model", "messages")
    body = {name: request["body"][name] for name in first if name in request["body"]}
    body |= {name: value for name, value in sorted(request["body"].items()) if name not in first}
    lines = [f"POST {request['url']}"] if request["url"] else []
    lines += [f"Authorization: {request['authorization']}"] if request["authorization"] else []
    lines += ["Content-Type: application/json", ""] if lines else []
    return "\n".join([*lines, json.dumps(body, indent=2, ensure_ascii=False)])


def took(since: datetime | None, until: datetime | None) -> str:
    """How long that was: "0.4 s", "1 min 12 s"; '' where it has no beginning or no end."""
    if since is None or until is None:
        return ""
    seconds = max((until - since).total_seconds(), 0)
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def excerpt(run: Run) -> str:
    """A line of what was asked: what was said, else the values of the variables."""
    said, given = getattr(run, "asked", ""), getattr(run, "given", "")
    return " ".join(said.split()) or ("" if given == "{}" else given)


STATUS_WORDS = {
    RunStatus.WAITING: "waiting",
    RunStatus.STREAMING: "answering",
    RunStatus.FAILED: "failed",
    RunStatus.STOPPED: "stopped",
    RunStatus.PREVIEW: "preview, not sent",
    RunStatus.DONE: "",
}


def _picks(actor: Actor, artifact: Artifact, typed: Typed) -> list[tuple[int, str]]:
    """The newest versions and those that are chosen or pointed at, each with its chips as words."""
    rows = Version.objects.of(artifact).without_text()
    found = {version.number: version for version in rows.newest_first()[:LISTED]}
    wanted = [*typed.numbers, *(one.number for one in (artifact.live, artifact.staging) if one)]
    missing = [number for number in wanted if number not in found]
    found |= {version.number: version for version in rows.filter(number__in=missing)}
    return [
        (number, f"v{number} · {', '.join(reversed(chips(actor, artifact, found[number])))}")
        for number in sorted(found, reverse=True)
    ]


def _fields(artifact: Artifact, chosen: list[Version], typed: Typed) -> list[Field]:
    kind = kind_of(artifact)
    names = {version.number: kind.inputs(version.source) for version in chosen}
    everyone = dict.fromkeys(name for each in names.values() for name in each)
    return [
        Field(name, typed.values.get(name, ""), only=_only(name, names))
        for name in everyone
    ]  # fmt: skip


def _only(name: str, names: dict[int, list[str]]) -> str:
    having = [number for number, its in names.items() if name in its]
    return f"v{having[0]}" if len(having) < len(names) else ""


def _named_model(actor: Actor, artifact: Artifact, version: Version) -> str:
    """The model that a version names, '' for none."""
    kind = kind_of(artifact)
    try:
        return kind.ask(actor, version.source, dict.fromkeys(kind.inputs(version.source), ""), "?").model
    except DomainError:
        return ""


def _may_be_silent(actor: Actor, artifact: Artifact, version: Version) -> bool:
    kind = kind_of(artifact)
    try:
        kind.ask(actor, version.source, dict.fromkeys(kind.inputs(version.source), ""), "")
    except DomainError:
        return False
    return True


def _inside(url: str) -> bool:
    """Whether an address is one of this machine or network, whose server has models of its own."""
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".internal", ".lan"))


def _lines(text: str) -> str:
    """A text of a form: browsers send each end of a line as two characters."""
    return text.replace("\r\n", "\n")
