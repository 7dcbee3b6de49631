"""What happened, for whoever counts it."""

import logging
from collections.abc import Mapping
from typing import Protocol

_log = logging.getLogger("tenure_verify")


class Metrics(Protocol):
    """A hook. Called from any thread, while a request waits: it must be quick. What it raises is logged and goes no further.

    Counters: `verified`, `refused{code}`, `cache_hit`, `jwks_fetch{outcome}`, `jwks_stale`, `feed_message`,
    `feed_reset{reason}`, `feed_reconnect`, `feed_stale_allowed`. Gauges: `feed_lag_seconds`, `feed_entries`.
    """

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        """One more."""

    def gauge(self, name: str, value: float) -> None:
        """Is now."""


class Meter:
    """Calls a hook, if there is one."""

    def __init__(self, hook: Metrics | None) -> None:
        self._hook = hook

    def count(self, name: str, **labels: str) -> None:
        if self._hook is None:
            return
        try:
            self._hook.count(name, labels)
        except Exception:
            _log.exception("the metrics hook failed")

    def gauge(self, name: str, value: float) -> None:
        if self._hook is None:
            return
        try:
            self._hook.gauge(name, value)
        except Exception:
            _log.exception("the metrics hook failed")
