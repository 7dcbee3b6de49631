"""What a reader does next: read the stream, or poll, and how long it waits before. Pure: times and chance are arguments."""

from collections.abc import Callable
from typing import Literal

from ..limits import POLLING_SECONDS, SILENT_STREAMS_BEFORE_POLLING
from .backoff import Backoff

Way = Literal["stream", "poll"]


class Course:
    """Streams, until three in a row brought nothing; then polls for a while."""

    def __init__(self, draw: Callable[[float, float], float]) -> None:
        self._backoff = Backoff(draw)
        self._silent_streams = 0
        self._heard = 0
        self._polls_until: float | None = None

    def way(self, now: float) -> Way:
        """How to read now."""
        if self._polls_until is not None and now >= self._polls_until:
            self._polls_until = None
            self._silent_streams = SILENT_STREAMS_BEFORE_POLLING - 1  # one more that is silent suffices
        return "stream" if self._polls_until is None else "poll"

    def heard(self, way: Way) -> None:
        """A message came that was understood."""
        # One message before each end is what a server gives that drops its readers: that is no reason to come back at once.
        self._heard += 1
        if self._heard > 1:
            self._backoff.reset()
        if way == "stream":
            self._silent_streams = 0

    def silent(self, now: float) -> None:
        """A stream brought no first message in time."""
        self._silent_streams += 1
        if self._silent_streams >= SILENT_STREAMS_BEFORE_POLLING:
            self._polls_until = now + POLLING_SECONDS

    def pause_seconds(self) -> float:
        """How long to wait before the next connection, after one that ended or failed."""
        self._heard = 0
        return self._backoff.next_seconds()
