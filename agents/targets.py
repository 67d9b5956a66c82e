"""What a connector's callers get: what is live, one locked version, or a weighted split of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.models import Agent, Connector, Target
from agents.splitting import PLACES, Range, divide, moves
from agents.values import refused
from versioning.lib.errors import DomainError
from versioning.versions.models import Version

WHOLE = 100
MOST, LEAST = 20, 2  # versions of a split
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Aim:
    """A target that can be kept: the shares as they were given, and who gets which places."""

    target: str
    split: list[dict[str, Any]] = field(default_factory=list)
    places: list[Range] = field(default_factory=list)


def aim(
    agent: Agent, target: str, split: Sequence[dict[str, Any]], before: Iterable[Iterable[int]] = ()
) -> Aim:
    """A target of an agent's versions; `before` are the places until now, of which as many stay as can.

    Errors: `invalid`; `not_frozen` for a draft.
    """
    places = [(start, end, version) for start, end, version in before]
    if target not in Target.values:
        raise refused("target", f"It is one of: {', '.join(Target.values)}.")
    if target == Target.LIVE and split:
        raise refused("split", "What is live goes without one. Name the target 'split' or 'version' with it.")
    if target == Target.LIVE:
        return Aim(target, [], places)  # where it splits again, callers are where they were
    weights = clean_weights(split, one=target == Target.VERSION)
    refuse_drafts(agent, weights)
    shares = [{"version": version, "weight": _plain(weight)} for version, weight in weights.items()]
    return Aim(target, shares, divide(weights, places))


def clean_weights(split: Sequence[dict[str, Any]], *, one: bool = False) -> dict[int, int]:
    """The places of each version, in the order in which they were given. Error: `invalid`, field `split`."""
    if one:
        split = [{**share, "weight": WHOLE} for share in split]
    if one and len(split) != 1:
        raise refused("split", "Name the one version that callers get.")
    if not one and not LEAST <= len(split) <= MOST:
        raise refused("split", f"A split has {LEAST} to {MOST} versions.")
    found: dict[int, int] = {}
    for share in split:
        version = share.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or not 0 < version <= LARGEST_NUMBER:
            raise refused("split", "Name each version by its number, such as 41.")
        if version in found:
            raise refused("split", f"v{version} is there twice.")
        found[version] = hundredths(share.get("weight"), f"v{version}")
    if sum(found.values()) != PLACES:
        raise refused("split", f"It {sum_words(sum(found.values()))}.")
    return found


def hundredths(weight: Any, of: str) -> int:
    """A weight in percent as places: 12.5 is 1,250. Error: `invalid`, field `split`."""
    try:
        exact = Decimal(str(weight)) * WHOLE
    except InvalidOperation:
        exact = Decimal("NaN")
    if isinstance(weight, bool) or not exact.is_finite() or not 0 < exact <= PLACES:
        raise refused("split", f"The share of {of} is a number from 0.01 to 100.")
    if exact != exact.to_integral_value():
        raise refused("split", f"The share of {of} goes to two decimals at most.")
    return int(exact)


def refuse_drafts(agent: Agent, numbers: Iterable[int]) -> None:
    """Refuse a version that is not there or can change. Errors: `invalid`, `not_frozen`."""
    wanted = list(numbers)
    there = dict(Version.objects.of(agent).filter(number__in=wanted).values_list("number", "locked_at"))
    for number in wanted:
        if number not in there:
            raise refused("split", f"There is no v{number} of {agent.slug}.")
        if there[number] is None:
            words = f"v{number} is the draft, which can change. Lock it first."
            raise DomainError("not_frozen", words, field="split", number=number)


def percent(places: int) -> str:
    """Places as a percentage: "80", "12.5", "0.01"."""
    return f"{Decimal(places) / WHOLE:.2f}".rstrip("0").rstrip(".")


def sum_words(places: int) -> str:
    """What weights add up to, and what is missing or too much."""
    if places == PLACES:
        return "adds up to 100"
    missing = PLACES - places
    rest = f"{percent(missing)} missing" if missing > 0 else f"{percent(-missing)} too many"
    return f"adds up to {percent(places)}, {rest}"


def target_words(target: str, split: Iterable[dict[str, Any]]) -> str:
    """A target in words: "what is live", "v41", "v41 80 %, v42 20 %"."""
    if target == Target.LIVE:
        return "what is live"
    if target == Target.VERSION:
        return ", ".join(f"v{share['version']}" for share in split)
    return ", ".join(f"v{share['version']} {share['weight']} %" for share in split)


def moved_words(connector: Connector, to: Aim) -> str:
    """Who gets another version by a change: "5 % of callers move from v41 to v42."; '' for nobody."""
    if connector.target == to.target == Target.LIVE:
        return ""
    if to.target == Target.LIVE:
        return "All callers get what is live from then on."
    if connector.target == Target.LIVE:
        return f"All callers leave what is live and get {target_words(to.target, to.split)}."
    went = sorted(moves(connector.places, to.places).items(), key=lambda each: -each[1])
    if not went:
        return ""
    (old, new), places = went[0]
    said = [f"{percent(places)} % of callers move from v{old} to v{new}"]
    said += [f"{percent(places)} % from v{old} to v{new}" for (old, new), places in went[1:]]
    return f"{', '.join(said)}. All others keep their version."


def _plain(places: int) -> int | float:
    """A weight as JSON has it: 80, not 80.0."""
    return places // WHOLE if places % WHOLE == 0 else places / WHOLE
