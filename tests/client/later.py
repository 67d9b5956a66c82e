"""Time that passes at once."""

from typing import Any


def later(client: Any, seconds: float) -> None:
    """As if this many seconds had gone by since all that the client knows, and did."""
    memory = client._memory
    with memory.lock:
        memory.away_until -= seconds
        memory.away_until_cold -= seconds
        for entry in memory.places.values():
            for name in ("vouched", "told_at", "heard", "next_try", "older_since"):
                setattr(entry, name, getattr(entry, name) - seconds)
            if entry.thing is not None:
                memory._show(entry)
