"""A real HTTP server on loopback that speaks OpenAI's chat completions, with streaming, and misbehaves on demand."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

REPLIES = Path(__file__).parent.parent / "fixtures" / "replies"


def recorded(name: str) -> str:
    return (REPLIES / f"{name}.txt").read_text(encoding="utf-8")


@dataclass
class Service:
    """What the server does for each request in turn, and what it was sent."""

    behaviours: list[Callable[[Handler], None]]
    models: tuple[str, ...] = ("test-model",)
    requests: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def service(self) -> Service:
        return self.server.service  # type: ignore[attr-defined]

    def log_message(self, *_args) -> None:
        pass

    def do_GET(self) -> None:
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in self.service.models]
        self.send_json(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.service.requests.append(body)
        self.service.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.service.behaviours[len(self.service.requests) - 1](self)

    def send_json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for key, text in {
            "content-type": "application/json",
            "content-length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(key, text)
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def send_event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def send_delta(self, delta: dict, finish_reason: str | None = None) -> None:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
        self.send_event(json.dumps({**_CHUNK, "choices": choices, "usage": None}))

    def end_stream(self) -> None:
        self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")


_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "test-model-2026"}


def streams(text: str, *, finish_reason: str = "stop", field_name: str = "content", pause: float = 0.0):
    """Streams `text` in small pieces, with usage where the request asks for it."""

    def behave(handler: Handler) -> None:
        asked = handler.service.requests[-1]
        assert asked["stream"] is True
        handler.begin_stream()
        handler.send_delta({"role": "assistant", "content": ""})
        for start in range(0, len(text), 40):
            handler.send_delta({field_name: text[start : start + 40]})
            time.sleep(pause)
        handler.send_delta({}, finish_reason)
        if (asked.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
            handler.send_event(json.dumps({**_CHUNK, "choices": [], "usage": usage}))
        handler.end_stream()

    return behave


def fails(status: int, message: str, *, code: str | None = None, headers: dict[str, str] | None = None):
    def behave(handler: Handler) -> None:
        error = {"message": message, "type": "error", "param": None, "code": code}
        handler.send_json(status, {"error": error}, headers)

    return behave


def drops_in_the_middle(text: str):
    """Closes the connection without an end of the stream."""

    def behave(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_delta({"content": text})
        handler.close_connection = True
        handler.connection.close()

    return behave


def ends_early(text: str):
    """Ends the HTTP body properly, but the reply has no finish reason."""

    def behave(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_delta({"content": text})
        handler.wfile.write(b"0\r\n\r\n")

    return behave


def hangs(seconds: float):
    def behave(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return behave


def answers_html(handler: Handler) -> None:
    data = b"<html><body>Welcome to the proxy</body></html>"
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.send_header("content-length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def sends_garbage(handler: Handler) -> None:
    handler.begin_stream()
    handler.send_event("this is not JSON")
    handler.end_stream()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _address) -> None:
        """A client that goes away in the middle is what some tests are about."""


@contextmanager
def serving(*behaviours: Callable[[Handler], None], models: tuple[str, ...] = ("test-model",)) -> Iterator[Service]:
    server = _QuietServer(("127.0.0.1", 0), Handler)
    service = Service(list(behaviours), models)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.service = service  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        # A proxy of the machine that runs the tests is not asked for loopback.
        with patch.dict(os.environ, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}):
            yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
