"""What tests share: a clock that stands still until it is moved, a server that misbehaves as it is told, tokens of any shape."""

import base64
import json
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any

from typing_extensions import Self

WITHIN_SECONDS = 10


class FakeClock:
    """Both times, which a test moves together or apart."""

    def __init__(self) -> None:
        self.wall = time.time()
        self.mono = 1000.0

    def now(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.mono

    def advance(self, seconds: float) -> None:
        self.wall += seconds
        self.mono += seconds


class Counted:
    """A metrics hook that adds up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.counts: Counter[str] = Counter()
        self.gauges: dict[str, float] = {}

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        with self._lock:
            self.counts["".join([name, *(f"{{{value}}}" for value in labels.values())])] += 1

    def gauge(self, name: str, value: float) -> None:
        self.gauges[name] = value


Answer = Callable[[BaseHTTPRequestHandler], None]


class Rogue:
    """A server on a free port that answers each path as a test says, and counts who asks."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def do_GET(self) -> None:
                rogue.asked.append(self.path)
                path = self.path.partition("?")[0].removeprefix("/v1/apps/demo")
                rogue.answers.get(path, status(404))(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.issuer = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._server.server_address[1]}/v1/apps/demo"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def status(code: int, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer without a body."""
    return body(b"", code=code, headers=headers)


def body(content: bytes | Mapping[str, Any], *, code: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A whole answer, JSON unless it is bytes."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in {"Content-Length": str(len(raw)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(raw)

    return answer


def endless(chunk: bytes, apart_seconds: float = 0.0, kind: str = "application/json") -> Answer:
    """A body that does not end until the reader goes away."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Connection", "close")
        request.end_headers()
        while True:
            request.wfile.write(chunk)
            request.wfile.flush()
            time.sleep(apart_seconds)

    return answer


def events(*messages: Mapping[str, Any] | bytes) -> Answer:
    """An event stream of these messages, which then ends."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        for message in messages:
            data = message if isinstance(message, bytes) else json.dumps(message).encode()
            request.wfile.write(b"data: " + data + b"\n\n")
        request.wfile.flush()

    return answer


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def eventually(is_so: Callable[[], bool]) -> None:
    """Waits for it, or fails."""
    until = time.monotonic() + WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"not so within {WITHIN_SECONDS} s"
        time.sleep(0.01)
