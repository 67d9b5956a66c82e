"""What comes of asking: pieces of an answer, or none. Apart from `asking`, which takes a second to load."""

from dataclasses import dataclass


class NoAnswer(Exception):
    """There will be no (whole) answer; the message says why, and what to do."""


@dataclass(frozen=True)
class Piece:
    """What one part of the stream brought."""

    text: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    note: str = ""
