"""Time is an argument: the one place that reads a clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """The two times that a verifier goes by."""

    def now(self) -> float:
        """Unix seconds: what tokens are judged by."""

    def monotonic(self) -> float:
        """Seconds since some moment, never going back: what the age of keys and of the feed is judged by."""


class SystemClock:
    """This machine's."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
