"""HTTP to the issuer: every exchange is bounded in bytes and in time, follows nothing, and leaves no thread behind."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from types import TracebackType
from typing import Any
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .limits import FETCH_SECONDS, SILENT_STREAM_SECONDS

_CHUNK_BYTES = 16 * 1024


class Trouble(Exception):
    """No answer that is of use; says why, for the operator. Never holds what was sent."""


@dataclass(frozen=True)
class Response:
    """A whole answer of 200 or 304."""

    status: int
    body: bytes
    etag: str | None


class Cutter:
    """Ends an exchange from outside: at a deadline, or when somebody calls :meth:`cut`.

    Time-outs of a socket are for one read; a peer that sends a byte now and then would never meet them.
    """

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self.cut)
        self._timer.daemon = True
        self._outlives = False
        self.was_cut = False

    def __enter__(self) -> "Cutter":
        self._timer.start()
        _current.cutter = self
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _current.cutter = None
        self._timer.cancel()
        if error is not None or not self._outlives:
            self.release()

    def keep(self) -> None:
        """Goes on watching beyond the `with`, without the deadline, until it is released."""
        self._outlives = True

    def release(self) -> None:
        """There is nothing to cut any more."""
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()

    def watch(self, sock: socket.socket) -> None:
        """This is a socket to cut; it is seen through a descriptor of one's own, because TLS takes the first one over."""
        own = socket.fromfd(sock.fileno(), sock.family, sock.type)
        with self._lock:
            self._sockets.append(own)
            if self.was_cut:
                _shut(own)

    def cut(self) -> None:
        """Whoever reads or writes is woken up with an error."""
        with self._lock:
            self.was_cut = True
            for sock in self._sockets:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the peer was faster
        sock.shutdown(socket.SHUT_RDWR)


class _Current(threading.local):
    """The cutter of what this thread does."""

    cutter: Cutter | None = None


_current = _Current()


class _Watched:
    """Mixed into a connection: shows its socket to the cutter, when it is new and when it is used again."""

    def _new_conn(self) -> Any:
        sock = super()._new_conn()  # type: ignore[misc]
        if _current.cutter is not None:
            _current.cutter.watch(sock)
        return sock

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        sock = getattr(self, "sock", None)
        if _current.cutter is not None and sock is not None:
            _current.cutter.watch(sock)
        return super().getresponse(*args, **kwargs)  # type: ignore[misc]


class _HttpConnection(_Watched, HTTPConnection):
    pass


class _HttpsConnection(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class Http:
    """Connections to one issuer."""

    def __init__(self, issuer: str, connections: int) -> None:
        self._issuer = issuer
        self._manager = _manager(issuer, connections)

    def fetch(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        limit_bytes: int,
        *,
        body: str | None = None,
        more_seconds: float = 0,
    ) -> Response:
        """Asks once, or :class:`Trouble`.

        Takes at most `FETCH_SECONDS`, and `more_seconds` where the issuer was asked to take its time.
        """
        seconds = FETCH_SECONDS + more_seconds
        with Cutter(seconds) as cutter:
            try:
                response = _twice(cutter, partial(self._begin, method, path, headers, seconds, body))
                try:
                    whole = _read(response, limit_bytes)
                except BaseException:
                    response.close()  # what is left of it is of no use to the next exchange
                    raise
                response.release_conn()
            except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
                raise Trouble(f"no answer within {seconds:g} s" if cutter.was_cut else type(error).__name__) from error
        return Response(response.status, whole, response.headers.get("ETag"))

    def stream(self, path: str, headers: Mapping[str, str]) -> "Stream":
        """Opens an event stream, or :class:`Trouble`; :class:`Silent` when nothing came at all."""
        cutter = Cutter(SILENT_STREAM_SECONDS)
        with cutter:
            cutter.keep()
            try:
                response = self._begin("GET", path, headers, SILENT_STREAM_SECONDS, None)
            except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
                timed_out = cutter.was_cut or isinstance(error, urllib3.exceptions.ReadTimeoutError)
                raise (Silent("no answer") if timed_out else Trouble(type(error).__name__)) from error
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if response.status != 200 or kind != "text/event-stream":
            response.close()
            cutter.release()
            raise Trouble(f"a stream of {kind or 'no type'}")
        return Stream(response, cutter)

    def close(self) -> None:
        """Closes what is idle; what is in use ends by itself."""
        self._manager.clear()

    def _begin(
        self, method: str, path: str, headers: Mapping[str, str], seconds: float, body: str | None
    ) -> urllib3.BaseHTTPResponse:
        response = self._manager.urlopen(
            method,
            self._issuer + path,
            body=body,
            headers={"Accept-Encoding": "identity", **headers},
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(connect=FETCH_SECONDS, read=seconds),
            preload_content=False,
            decode_content=False,
        )
        if response.status not in (200, 304):
            response.close()
            raise Trouble(f"status {response.status}")
        return response


class Silent(Trouble):
    """A stream on which nothing arrived, perhaps because a proxy gathers it."""


class Stream:
    """A body without an end."""

    def __init__(self, response: urllib3.BaseHTTPResponse, cutter: Cutter) -> None:
        self._response = response
        self._cutter = cutter

    def chunks(self) -> Iterator[bytes]:
        """What arrives, as it arrives. Ends where the peer does; :class:`Silent` when nothing came for a while."""
        try:
            while chunk := self._response.read1(_CHUNK_BYTES, decode_content=False):
                yield chunk
        except urllib3.exceptions.ReadTimeoutError as error:
            raise Silent("nothing came") from error
        except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
            raise Trouble(type(error).__name__) from error

    def close(self) -> None:
        """From any thread: whoever reads is woken up."""
        self._cutter.cut()

    def discard(self) -> None:
        """Only by the thread that reads."""
        self._response.close()
        self._cutter.release()


def _twice(cutter: Cutter, begin: Callable[[], urllib3.BaseHTTPResponse]) -> urllib3.BaseHTTPResponse:
    """Asks once more where a connection turned out to be closed: an idle one may be. Nothing that is asked changes anything."""
    try:
        return begin()
    except urllib3.exceptions.ProtocolError:
        if cutter.was_cut:
            raise
        return begin()


def _read(response: urllib3.BaseHTTPResponse, limit_bytes: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Trouble("an encoded answer")
    gathered = bytearray()
    for chunk in response.stream(_CHUNK_BYTES, decode_content=False):
        gathered += chunk
        if len(gathered) > limit_bytes:
            raise Trouble(f"more than {limit_bytes} bytes")
    return bytes(gathered)


def _manager(issuer: str, connections: int) -> urllib3.PoolManager:
    """Connections of ours, through the proxy that the environment names for the issuer's host.

    Plain http is for this machine only: a proxy would read the API key, and look for the issuer on its own machine.
    """
    at = urllib3.util.parse_url(issuer)
    proxy = None if at.scheme == "http" or proxy_bypass(at.host or "") else getproxies().get(at.scheme or "")
    made = urllib3.PoolManager(maxsize=connections) if proxy is None else urllib3.ProxyManager(proxy, maxsize=connections)
    made.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return made
