"""What the feed adds up to: the rules for readers, pure. The times are arguments, nothing is read here.

One thread applies messages; any number of threads ask at the same time, without a lock: an entry is there before the message
that brought it counts for freshness.
"""

import heapq
from dataclasses import dataclass, field
from typing import Literal

from ..limits import CLOCK_SKEW_SECONDS, MAX_FEED_ENTRIES
from .message import Cursor, Entry, Kind, Message

Outcome = Literal["applied", "reset", "seen", "quiet", "gap", "foreign", "full"]


@dataclass
class Connection:
    """A connection or a request, and the moment that its first message was made after."""

    begun: float
    first_as_of: int | None = None


@dataclass(frozen=True)
class _Held:
    until: int
    iat: int | None


@dataclass
class FeedState:
    """What one reader holds of the feed of `app`."""

    app: str
    cursor: Cursor | None = None
    _entries: dict[tuple[Kind, str], _Held] = field(default_factory=dict)
    _by_until: list[tuple[int, Kind, str]] = field(default_factory=list)
    _as_of: int | None = None
    # The monotonic moment up to which everything is known; None while the head has not been reached.
    _known_to: float | None = None
    _moment: float | None = None

    def apply(self, message: Message, on: Connection, now: float, wall: float) -> Outcome:
        """Takes a message that arrived `on` a connection, at `now` (monotonic) and `wall` (Unix seconds).

        `gap`, `foreign` and `full` change nothing.
        """
        outcome = self._judge(message)
        if outcome in ("seen", "gap", "foreign"):
            return outcome
        self.forget(wall)
        held = -1 if self.cursor is None or outcome == "reset" else self.cursor.n
        new = [entry for entry in message.entries if entry.n > held]
        if len(self._entries) + len(new) > MAX_FEED_ENTRIES:
            self._known_to = None
            return "full"
        for entry in new:
            self._hold(entry)
        if self.cursor is None or self.cursor.incarnation != message.cursor.incarnation:
            self._as_of = None  # of another store, and perhaps of another clock
        self.cursor = message.cursor
        self._note_time(message, on, now)
        return outcome

    def _judge(self, message: Message) -> Outcome:
        if message.after is None:
            return "reset"
        if self.cursor is None or message.cursor.incarnation != self.cursor.incarnation:
            return "foreign"
        if message.cursor.n <= self.cursor.n:
            return "quiet" if message.after.n == message.cursor.n == self.cursor.n else "seen"
        return "applied" if message.after.n <= self.cursor.n else "gap"

    def _hold(self, entry: Entry) -> None:
        key = (entry.kind, entry.subject)
        before = self._entries.get(key)
        until, iat = entry.until, entry.iat
        if before is not None:
            # Two ends of one user: what either refuses is refused, for as long as either may matter.
            until = max(until, before.until)
            iat = iat if before.iat is None or iat is None else max(iat, before.iat)
        self._entries[key] = _Held(until, iat)
        if before is None or before.until != until:  # what is said again takes no more room
            heapq.heappush(self._by_until, (until, *key))

    def _note_time(self, message: Message, on: Connection, now: float) -> None:
        if on.first_as_of is None:
            on.first_as_of = message.as_of
        if self._as_of is None or message.as_of > self._as_of:
            self._as_of = message.as_of
            # The first message was made after the connection was begun, this one by so much later; but not after now.
            self._moment = min(now, on.begun + (message.as_of - on.first_as_of))
        self._known_to = self._moment if message.cursor.n >= message.head.n else None

    def forget(self, wall: float) -> None:
        """Drops the entries that no token can be valid for any more, by the server's time and by ours (`wall`, Unix seconds)."""
        now = None if self._as_of is None else min(self._as_of, wall)
        while now is not None and self._by_until and self._by_until[0][0] + CLOCK_SKEW_SECONDS < now:
            until, kind, subject = heapq.heappop(self._by_until)
            held = self._entries.get((kind, subject))
            if held is not None and held.until == until:
                del self._entries[(kind, subject)]

    def revokes(self, *, sid: str | None, sub: str, iat: float, kid: str | None) -> bool:
        """Rule 15: whether the session, user, app or key of a token is revoked."""
        entries = self._entries
        if not entries:
            return False
        if (sid is not None and ("sid", sid) in entries) or (kid is not None and ("kid", kid) in entries):
            return True
        return _reaches(entries.get(("sub", sub)), iat) or _reaches(entries.get(("app", self.app)), iat)

    def lag(self, now: float) -> float | None:
        """Seconds that have passed since the moment up to which everything is known; `None` before the head was reached."""
        known_to = self._known_to
        return None if known_to is None else now - known_to

    def is_fresh(self, now: float, bound_seconds: float) -> bool:
        """Whether everything is known up to `bound_seconds` ago."""
        lag = self.lag(now)
        return lag is not None and lag <= bound_seconds

    def count(self) -> int:
        """How many entries are held."""
        return len(self._entries)


def _reaches(held: _Held | None, iat: float) -> bool:
    return held is not None and held.iat is not None and iat <= held.iat
