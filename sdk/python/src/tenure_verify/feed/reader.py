"""The thread that follows the feed of one app: the only one that applies messages."""

import logging
import random
import threading
from urllib.parse import quote

from ..clock import Clock
from ..complaint import Complaint
from ..http import Http, Silent, Stream, Trouble
from ..limits import MAX_MESSAGE_BYTES, POLL_APART_SECONDS, POLL_WAIT_SECONDS, SILENT_STREAM_SECONDS, SLOW_BEGINNING_SECONDS
from ..metrics import Meter
from ..secret import Secret
from .course import Course, Way
from .message import BadMessage, Message, parse
from .sse import EventParser
from .state import Connection, FeedState

_log = logging.getLogger("tenure_verify")


class FeedReader:
    """Begins when it is started for the first time, goes on through any trouble, ends when it is closed."""

    def __init__(self, http: Http, api_key: Secret, app: str, clock: Clock, meter: Meter) -> None:
        self.state = FeedState(app)
        self._http = http
        self._api_key = api_key
        self._clock = clock
        self._meter = meter
        self._course = Course(random.uniform)
        self._interrupted = Complaint(clock, "the revocation feed was interrupted, and is read again: %s")
        self._full = Complaint(clock, "the revocation feed has more entries than a verifier holds; routes count it as stale")
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._stream: Stream | None = None
        self.started_at: float | None = None

    def start(self) -> None:
        """Any number of times; only the first starts anything."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self.started_at = self._clock.monotonic()
                self._thread = threading.Thread(target=self._run, name="tenure-feed", daemon=True)
                self._thread.start()

    def lag(self) -> float | None:
        """Seconds since the moment up to which everything is known; `None` before the head was reached."""
        return self.state.lag(self._clock.monotonic())

    def close(self) -> None:
        """Ends the thread; what was read is held on to, and grows stale."""
        with self._lock:
            self._closed.set()
            stream, thread = self._stream, self._thread
        if stream is not None:
            stream.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join(1)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                if self._course.way(self._clock.monotonic()) == "stream":
                    self._read_stream()
                else:
                    self._poll()
                    continue
            except (Trouble, BadMessage, _Astray) as error:
                if not self._closed.is_set():
                    self._interrupted.say(error)
            except Exception:
                _log.exception("a bug in the reader of the revocation feed; it goes on")
            self._report()
            if self._closed.wait(self._course.pause_seconds()):
                return
            self._meter.count("feed_reconnect")

    def _read_stream(self) -> None:
        connection = Connection(begun=self._clock.monotonic())
        events = EventParser()
        heard_at: float | None = None
        slow = False
        try:
            stream = self._http.stream(self._path(), self._headers("text/event-stream"))
            if not self._hold(stream):
                return
            for chunk in stream.chunks():
                for event in events.feed(chunk):
                    self._take(parse(event), connection, "stream")
                    if slow:
                        return  # the server is there after all: the next beginning will be quicker
                    now = self._clock.monotonic()
                    slow = heard_at is None and now - connection.begun > SLOW_BEGINNING_SECONDS
                    heard_at = now
                quiet_since = connection.begun if heard_at is None else heard_at
                if self._clock.monotonic() - quiet_since > SILENT_STREAM_SECONDS:
                    raise Silent("a stream without messages")
            if heard_at is None:
                raise Silent("a stream that ended without a message")
        except Silent:
            if heard_at is None:
                self._course.silent(self._clock.monotonic())
            raise
        finally:
            self._let_go()

    def _poll(self) -> None:
        connection = Connection(begun=self._clock.monotonic())
        # Until the head is reached there is nothing to wait for.
        wait = POLL_WAIT_SECONDS if self.state.lag(connection.begun) is not None else 0
        response = self._http.fetch(
            "GET", self._path(wait), self._headers("application/json"), MAX_MESSAGE_BYTES, more_seconds=wait
        )
        if response.status != 200:
            raise Trouble(f"status {response.status}")
        self._take(parse(response.body), connection, "poll")
        if self._clock.monotonic() - connection.begun < wait / 2:
            self._closed.wait(POLL_APART_SECONDS)  # something came, and more may; or the answer did not wait as it was asked to

    def _take(self, message: Message, connection: Connection, way: Way) -> None:
        outcome = self.state.apply(message, connection, self._clock.monotonic(), self._clock.now())
        self._meter.count("feed_message")
        if outcome == "reset":
            self._meter.count("feed_reset", reason=message.reset or "")
        if outcome == "foreign":
            self.state.cursor = None  # begin anew; what is held is kept
        if outcome == "full":
            self._full.say()
        if outcome in ("gap", "foreign", "full"):
            raise _Astray(outcome)
        self._course.heard(way)
        self._report()

    def _report(self) -> None:
        self._meter.gauge("feed_entries", self.state.count())
        lag = self.lag()
        if lag is not None:
            self._meter.gauge("feed_lag_seconds", lag)

    def _path(self, wait: int | None = None) -> str:
        asked = [] if self.state.cursor is None else [f"after={quote(str(self.state.cursor))}"]
        asked += [] if wait is None else [f"wait={wait}"]
        return "/revocations" + ("?" + "&".join(asked) if asked else "")

    def _headers(self, accept: str) -> dict[str, str]:
        return {"Accept": accept, "Authorization": f"Bearer {self._api_key.reveal()}"}

    def _hold(self, stream: Stream) -> bool:
        """Shows the stream to whoever closes this; false if that has happened already."""
        with self._lock:
            if self._closed.is_set():
                stream.discard()
                return False
            self._stream = stream
            return True

    def _let_go(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.discard()


class _Astray(Exception):
    """A message that is of no use at this place in the feed: read again after the cursor held."""
