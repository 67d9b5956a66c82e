"""Variables: `{{ identifier }}`, spaces allowed; anything else in braces is text."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}\}")


@dataclass(frozen=True)
class VariableChange:
    """What a step from one text to another asks of its callers. `kept` are in both."""

    added: dict[str, int]
    removed: list[str]
    kept: list[str]


def variables_of(source: str) -> dict[str, int]:
    """Each variable of a text, in the order of its first use, with how often it is used."""
    return dict(Counter(VARIABLE.findall(source)))


def filled(source: str, values: Mapping[str, str]) -> str:
    """A text with the values of its variables in their places. A value is not read for variables again."""
    return VARIABLE.sub(lambda found: values[found[1]], source)


def variable_change(old: str, new: str) -> VariableChange:
    """Variables that were added (with uses), removed and kept between two texts."""
    before, after = variables_of(old), variables_of(new)
    return VariableChange(
        added={name: uses for name, uses in after.items() if name not in before},
        removed=[name for name in before if name not in after],
        kept=[name for name in after if name in before],
    )
