"""The feed of a fake issuer: `docs/reference/revocation-feed.md`, as a server tells it."""

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

_MOST_ENTRIES_A_MESSAGE = 1000
_REMEMBERED_SECONDS = 3600

Message = dict[str, Any]


class FakeFeed:
    """Entries in their order, and who waits for the next one. For any number of threads."""

    def __init__(self) -> None:
        self._incarnation = secrets.token_hex(8)
        self._entries: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def say(self, subject: Mapping[str, str | int]) -> None:
        """One more entry."""
        now = int(time.time())
        with self._changed:
            n = len(self._entries) + 1
            self._entries.append({"n": n, "at": now, "until": now + _REMEMBERED_SECONDS, **subject})
            self._changed.notify_all()

    def head(self) -> str:
        """The newest cursor."""
        return self._cursor(len(self._entries))

    def names(self, member: str, value: str, issued_at: float) -> bool:
        """Whether an entry refuses what was issued then."""
        with self._changed:
            return any(e.get(member) == value and e.get("iat", issued_at) >= issued_at for e in self._entries)

    def after(self, cursor: str | None, wait_seconds: float) -> Message:
        """What comes after `cursor`, or nothing once `wait_seconds` have passed."""
        with self._changed:
            known = self._number(cursor)
            if known is not None and cursor is not None:
                self._changed.wait_for(lambda: len(self._entries) > known, wait_seconds)
            begin = known or 0
            entries = self._entries[begin : begin + _MOST_ENTRIES_A_MESSAGE]
            message: Message = {
                "after": None if known is None else self._cursor(known),
                "cursor": self._cursor(begin + len(entries)),
                "head": self.head(),
                "as_of": int(time.time()),
                "entries": entries,
            }
        if known is None:
            message["reset"] = "start" if cursor is None else "other_store"
        return message

    def _cursor(self, n: int) -> str:
        return f"{self._incarnation}-{n}"

    def _number(self, cursor: str | None) -> int | None:
        """The number of a cursor of this feed; `None` where a reader has to begin anew."""
        incarnation, _, number = (cursor or "").partition("-")
        if incarnation != self._incarnation or not number.isdecimal() or int(number) > len(self._entries):
            return None
        return int(number)
