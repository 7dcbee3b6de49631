"""Tokens that were verified before, found by the whole text of the token."""

import threading
from typing import Generic, TypeVar

Held = TypeVar("Held")


class Cache(Generic[Held]):
    """At most `most` of them; the one that came first goes first. For any number of threads; finding takes no lock.

    Python hashes text with a key that is random in each process, and compares it in full. Only what was good gets in here, so
    that strangers choose nothing of what is held.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: dict[str, Held] = {}

    def find(self, token: str) -> Held | None:
        """What is held for exactly this token."""
        return self._held.get(token)

    def put(self, token: str, held: Held) -> None:
        """Holds it, in the place of what was held for this token."""
        with self._lock:
            self._held.pop(token, None)
            while len(self._held) >= self._most:
                del self._held[next(iter(self._held))]
            self._held[token] = held

    def put_new(self, token: str, held: Held) -> None:
        """Holds it unless something is held for this token already."""
        if token not in self._held:
            self.put(token, held)

    def drop(self, token: str) -> None:
        """Holds nothing for this token any more."""
        with self._lock:
            self._held.pop(token, None)

    def __len__(self) -> int:
        return len(self._held)
