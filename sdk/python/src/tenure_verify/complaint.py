"""A line in the log that does not come with every request."""

import logging

from .clock import Clock
from .limits import LOG_EVERY_SECONDS

_log = logging.getLogger("tenure_verify")


class Complaint:
    """Said at most once in `LOG_EVERY_SECONDS`. Two threads at once may both say it."""

    def __init__(self, clock: Clock, text: str) -> None:
        self._clock = clock
        self._text = text
        self._said_at: float | None = None

    def say(self, *details: object) -> None:
        """Now, unless it was said lately."""
        now = self._clock.monotonic()
        if self._said_at is None or now - self._said_at >= LOG_EVERY_SECONDS:
            self._said_at = now
            _log.warning(self._text, *details)
