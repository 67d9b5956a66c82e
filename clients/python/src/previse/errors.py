"""What a read raises, and what it means."""

from collections.abc import Sequence


class PreviseError(Exception):
    """Whatever Previse could not give. Its subclasses say why."""


class NotPublished(PreviseError):
    """The server says that it is there and nothing of it is published. It was asked and it knows."""

    def __init__(self, kind: str, slug: str) -> None:
        super().__init__(f"Nothing of the {kind} '{slug}' is published. Publish a version of it in Previse.")
        self.kind, self.slug = kind, slug


class NotFound(PreviseError):
    """The server says that this key's workspace has no such thing, or no frozen version of that number."""

    def __init__(self, kind: str, slug: str, version: int | None = None) -> None:
        what = f"frozen v{version} of the {kind}" if version else kind
        super().__init__(f"This key's workspace has no {what} '{slug}'. Check the name, and whose key it is.")
        self.kind, self.slug, self.version = kind, slug, version


class Unauthorized(PreviseError):
    """The server says that this key does not count: unknown, revoked, expired, or its workspace closed."""

    def __init__(self) -> None:
        super().__init__("Previse does not accept this key (any more). Make a new one under Settings → Keys.")


class Unreachable(PreviseError):
    """Nobody who knows could be asked, and nothing that may be served is known. `why` is what went wrong."""

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class VariableError(PreviseError, ValueError):
    """The values do not fit the variables of a text: `missing` have none, `unknown` have no place."""

    def __init__(self, what: str, missing: Sequence[str], unknown: Sequence[str]) -> None:
        parts = []
        if missing:
            parts.append(f"needs a value for {', '.join(missing)}")
        if unknown:
            parts.append(f"has no variable {', '.join(unknown)}")
        super().__init__(f"{what} {' and '.join(parts)}.")
        self.missing, self.unknown = tuple(missing), tuple(unknown)


def again(error: PreviseError) -> PreviseError:
    """The same error once more: one that is raised twice would gather the traces of both."""
    twin = type(error).__new__(type(error), *error.args)
    twin.args = error.args
    twin.__dict__.update(error.__dict__)
    return twin
