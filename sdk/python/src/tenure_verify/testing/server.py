"""The addresses of a fake issuer, on a free port of this machine."""

import hmac
import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from .feed import FakeFeed

_HEARTBEAT_SECONDS = 1.0
_MOST_WAIT_SECONDS = 50.0
_MAX_BODY_BYTES = 64 * 1024


class Answers(Protocol):
    """What the addresses ask of their issuer."""

    app: str
    api_key: str
    unavailable: bool
    feed: FakeFeed

    def jwks(self) -> Mapping[str, Any]:
        """Its published keys."""

    def introspect(self, token: str) -> Mapping[str, Any]:
        """What a token means."""


class Server(ThreadingHTTPServer):
    """Serves until it is closed."""

    daemon_threads = True

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Takes no more connections; streams end at their next message."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that went away is nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(at.query).items()}
        after = self.headers.get("Last-Event-ID") or asked.get("after")
        feed = self.server.answers.feed
        if self._is(at.path, "/.well-known/jwks.json"):
            self._json(200, self.server.answers.jwks())
        elif self._is(at.path, "/revocations") and "text/event-stream" in self.headers.get("Accept", ""):
            self._with_key(lambda: self._stream(after))
        elif self._is(at.path, "/revocations"):
            wait = min(float(asked.get("wait", "0")), _MOST_WAIT_SECONDS)
            self._with_key(lambda: self._json(200, feed.after(after, wait)))
        elif self._is(at.path, "/revocations/snapshot"):
            self._with_key(lambda: self._json(200, feed.after(None, 0)))
        else:
            self._json(404, {"code": "not_found"})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _MAX_BODY_BYTES))
        if not self._is(urlsplit(self.path).path, "/oauth/introspect"):
            self._json(404, {"code": "not_found"})
            return
        token = parse_qs(body.decode()).get("token", [""])[-1]
        self._with_key(lambda: self._json(200, self.server.answers.introspect(token)))

    def log_message(self, format: str, *args: Any) -> None:
        """Requests of a test are nothing to print."""

    def _is(self, path: str, suffix: str) -> bool:
        return path == f"/v1/apps/{self.server.answers.app}{suffix}"

    def _with_key(self, answer: Callable[[], None]) -> None:
        sent = self.headers.get("Authorization", "")
        if hmac.compare_digest(sent.encode(), f"Bearer {self.server.answers.api_key}".encode()):
            answer()
        else:
            self._json(401, {"code": "unauthorized"})

    def _json(self, status: int, value: Mapping[str, Any]) -> None:
        if self.server.answers.unavailable:
            status, value = 503, {"code": "unavailable"}
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, after: str | None) -> None:
        if self.server.answers.unavailable:
            self._json(503, {})
            return
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        while not self.server.closing.is_set() and not self.server.answers.unavailable:
            message = self.server.answers.feed.after(after, _HEARTBEAT_SECONDS)
            after = message["cursor"]
            self.wfile.write(f"id: {after}\ndata: {json.dumps(message)}\n\n".encode())
            self.wfile.flush()
