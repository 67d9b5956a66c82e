"""Variables of a text: `{{ identifier }}`, spaces allowed; anything else in braces is text."""

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}\}")


def variables_of(text: str) -> tuple[str, ...]:
    """The names in a text, in the order of their first use."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with values in the places of its variables. A value is not read for variables again."""
    return VARIABLE.sub(lambda found: str(values[found[1]]), text)
