"""Texts as browsers send them: all of their line ends are CRLF."""


def as_written(text: str, like: str | None) -> str:
    """A text as a browser sent it, with the line ends of the one that it was written from."""
    text = text.replace("\r\n", "\n")
    if like is None:
        return text
    if text == like.replace("\r\n", "\n").replace("\r", "\n"):
        return like
    ends_in_crlf = "\r\n" in like and like.count("\r\n") == like.count("\n") == like.count("\r")
    return text.replace("\n", "\r\n") if ends_in_crlf else text
