"""What stood in a file, byte for byte."""

import subprocess
from collections.abc import Iterator, Sequence
from typing import IO

from versioning.versions.git.history import State
from versioning.versions.git.repository import Repository, command, environment, refused

LARGEST = 4_000_000  # bytes: no text that a version can hold is longer


def texts_of(repository: Repository, states: Sequence[State]) -> Iterator[str]:
    """The text of each state. Errors: `invalid`, naming the commit whose text no version can be."""
    with subprocess.Popen(
        command("cat-file", "--batch"), cwd=repository.folder, env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as git:  # fmt: skip
        assert git.stdin
        assert git.stdout
        try:
            for state in states:
                git.stdin.write(f"{state.blob}\n".encode())
                git.stdin.flush()
                yield _text(state, _content(state, git.stdout))
        finally:
            git.kill()


def _content(state: State, answers: IO[bytes]) -> bytes:
    header = answers.readline().split()
    if len(header) != 3:
        raise _cannot(state, "is not in this clone: fetch the whole history, without a filter")
    size = int(header[2])
    if size > LARGEST:
        raise _cannot(state, f"has {size:,} bytes, more than a text can have ({LARGEST:,})")
    content = answers.read(size)
    answers.read(1)
    return content


def _text(state: State, content: bytes) -> str:
    if b"\0" in content:
        raise _cannot(state, "is no text: it holds the NUL character")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _cannot(state, f"is not UTF-8 (byte {error.start:,})") from error


def _cannot(state: State, what: str) -> Exception:
    return refused(f"{state.path!r} of the commit {state.commit[:10]} ({state.at:%Y-%m-%d}) {what}.")
