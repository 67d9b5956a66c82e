"""A model server that does as it is told: its base URL names what it shall do (`…/words/v1`)."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ["Your ", "order ", "is ", "on ", "its ", "way."]
USAGE = {"prompt_tokens": 21, "completion_tokens": 6, "total_tokens": 27}


def chunk(delta: dict[str, Any] | None = None, reason: str | None = None, **more: Any) -> bytes:
    """One event of the stream."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    said = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return f"data: {json.dumps(said | more)}\n\n".encode()


class ModelServer:
    """It runs in threads of this process, keeps what it was asked, and waits where it is told to (`gate`)."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answering = self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self._counting = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        threading.Thread(
            target=self._http.serve_forever, args=[0.02], daemon=True
        ).start()  # how soon it ends

    def url(self, how: str = "words") -> str:
        """A base URL whose answers come that way."""
        return f"http://127.0.0.1:{self._http.server_port}/{how}/v1"

    def close(self) -> None:
        """End it."""
        self.gate.set()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, how: str, handler: BaseHTTPRequestHandler) -> None:
        """What it does, by the name in the address."""
        if how.isdigit():
            said = {"error": {"message": f"No {handler.headers.get('Authorization', '')} here", "type": "x"}}
            return self._whole(handler, int(how), json.dumps(said).encode(), "application/json")
        if how == "page":
            return self._whole(handler, 200, b"<html><script>alert(1)</script></html>", "text/html")
        if how == "away":
            handler.connection.close()
            return None
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for part in self.parts(how):
            handler.wfile.write(part)
            handler.wfile.flush()
        return None

    def parts(self, how: str) -> Any:
        """The events of its stream."""
        if how == "hostile":
            for text in ("<script>alert(1)</script>", "NUL \0 half \ud800 ", "{{ x }}"):
                yield chunk({"content": text})
        elif how == "endless":
            while True:
                yield chunk({"content": "x" * 20_000})
        elif how == "tools":
            yield chunk({"tool_calls": [{"index": 0, "function": {"name": "lookup", "arguments": '{"id"'}}]})
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": ": 7}"}}]})
        elif how == "cut":
            yield chunk({"content": "Half"})
            yield chunk({}, "length")
        elif how == "error":
            yield chunk({"content": "Half"})
            yield b'data: {"error": {"message": "The model fell over"}}\n\n'
            return
        elif how == "nonsense":
            yield b"data: {not json\n\n"
            return
        else:
            for word in WORDS:
                yield chunk({"content": word})
                if how == "slow":
                    time.sleep(0.05)
                self.gate.wait(20)
        yield chunk(None, usage=USAGE)
        yield b"data: [DONE]\n\n"

    def _whole(self, handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        if 300 <= status < 400:
            handler.send_header("Location", self.url("words"))
        handler.end_headers()
        handler.wfile.write(body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with server._counting:
                    server.asked.append(json.loads(body))
                    server.headers.append({name.lower(): value for name, value in self.headers.items()})
                    server.answering += 1
                    server.most_at_once = max(server.most_at_once, server.answering)
                try:
                    server.answer(self.path.split("/")[1], self)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                finally:
                    with server._counting:
                        server.answering -= 1
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
