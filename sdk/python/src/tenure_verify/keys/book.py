"""Which keys are known and when they are to be read again. Pure: the time is an argument, nothing is fetched here."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from ..limits import (
    FETCH_BUDGET,
    FETCH_BUDGET_SECONDS,
    KEYS_FRESH_SECONDS,
    KEYS_REFRESH_SECONDS,
    KEYS_STALE_SECONDS,
    KID_COOLDOWN_SECONDS,
    MAX_UNKNOWN_KIDS,
    NO_KEYS_RETRY_SECONDS,
    UNKNOWN_KID_SECONDS,
)
from .key import Key


@dataclass(frozen=True)
class Answer:
    """What is known of a `kid`, and what is to be done about it."""

    key: Key | None
    known: Literal["key", "no_such_key", "nothing"]
    """Whether there is such a key, there is none, or nobody can tell because no keys could be had lately."""
    fetch: Literal["no", "behind", "first", "join"] = "no"
    """Whether to fetch: not at all, while the answer is used, before it may be, or only to wait for a fetch under way."""
    stale: bool = False
    """The key is older than keys are fresh."""


class Book:
    """The keys of one issuer. Not for several threads at once."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        self.etag: str | None = None
        self._read_at: float | None = None
        self._attempts: deque[float] = deque(maxlen=FETCH_BUDGET)
        self._last_failed = False
        # How many fetches were begun.
        self._fetches = 0
        # By kid: when it was last asked for, and which fetch is the first that was begun after that; and until when it counts as
        # unknown. Strangers choose kids: bounded.
        self._asked: dict[str, tuple[float, int]] = {}
        self._unknown_until: dict[str, float] = {}

    def look_up(self, kid: str, now: float) -> Answer:
        """What is known of `kid` now."""
        if self._read_at is None or now - self._read_at > KEYS_STALE_SECONDS:
            return Answer(None, "nothing", "first" if self._may_fetch(now, NO_KEYS_RETRY_SECONDS) else "join")
        key = self.keys.get(kid)
        if key is not None:
            return self._found(key, now - self._read_at, now)
        if self._unknown_until.get(kid, now) > now:
            return Answer(None, "no_such_key")
        asked_at, fetch = self._asked.get(kid, (now, self._fetches + 1))
        cooled = fetch > self._fetches or now - asked_at >= KID_COOLDOWN_SECONDS
        due = cooled and self._may_fetch(now, 0)
        # Nobody has looked since it was asked for: that is trouble, as the key might be the next one of a rotation.
        return Answer(None, "nothing", "first" if due else "join")

    def _found(self, key: Key, age: float, now: float) -> Answer:
        if age < KEYS_REFRESH_SECONDS:
            return Answer(key, "key")
        due = self._may_fetch(now, KID_COOLDOWN_SECONDS)
        if age < KEYS_FRESH_SECONDS:
            return Answer(key, "key", "behind" if due else "no")
        if self._last_failed:
            # An outage: nobody waits for what will most likely fail again.
            return Answer(key, "key", "behind" if due else "no", stale=True)
        return Answer(key, "key", "first" if due else "join", stale=True)

    def _may_fetch(self, now: float, apart: float) -> bool:
        if not self._attempts:
            return True
        within_budget = len(self._attempts) < FETCH_BUDGET or now - self._attempts[0] >= FETCH_BUDGET_SECONDS
        return within_budget and now - self._attempts[-1] >= apart

    def begun(self, now: float) -> None:
        """A fetch begins."""
        self._attempts.append(now)
        self._fetches += 1

    def asked(self, kid: str, now: float) -> None:
        """Somebody needs a fetch because of `kid`. One that is under way may have been answered already: the next one decides."""
        self._asked.pop(kid, None)
        self._asked[kid] = (now, self._fetches + 1)
        _drop_oldest(self._asked)

    def fetched(self, keys: dict[str, Key], etag: str | None, now: float) -> None:
        """A fetch brought a set. Keys that it still has stay the objects that they were."""
        self.keys = {kid: self.keys[kid] if self.keys.get(kid) == key else key for kid, key in keys.items()}
        self.etag = etag
        self.unchanged(now)

    def unchanged(self, now: float) -> None:
        """A fetch brought the set that is held already."""
        self._read_at = now
        self._last_failed = False
        for kid, (_, fetch) in self._asked.items():
            if fetch <= self._fetches and kid not in self.keys:
                self._unknown_until[kid] = now + UNKNOWN_KID_SECONDS
        _drop_oldest(self._unknown_until)

    def failed(self) -> None:
        """A fetch brought nothing of use: what is held stays."""
        self._last_failed = True


def _drop_oldest(kids: dict[str, Any]) -> None:
    while len(kids) > MAX_UNKNOWN_KIDS:
        del kids[next(iter(kids))]
