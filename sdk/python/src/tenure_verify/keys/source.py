"""The keys of an issuer, read by one thread at a time while whoever needs them waits for that one."""

import logging
import threading
from typing import Protocol

from ..clock import Clock
from ..errors import Refused, Unavailable
from ..http import Http, Trouble
from ..limits import MAX_JWKS_BYTES
from ..metrics import Meter
from ..waiting import Flight, Plan, take_off
from .book import Answer, Book
from .key import Key, parse_set

_log = logging.getLogger("tenure_verify")


class Keys(Protocol):
    """Where keys come from."""

    def find(self, kid: str) -> Plan[Key]:
        """The key, or :class:`Refused` `unknown_key`, or :class:`Unavailable` `keys_unavailable`."""


class PinnedKeys:
    """A set that does not change: nothing is fetched."""

    def __init__(self, keys: dict[str, Key]) -> None:
        self._keys = keys

    def find(self, kid: str) -> Plan[Key]:
        yield from ()
        key = self._keys.get(kid)
        if key is None:
            raise Refused("unknown_key")
        return key


class FetchedKeys:
    """The set that the issuer publishes. For any number of threads; no lock is held while anything is fetched."""

    def __init__(self, http: Http, clock: Clock, meter: Meter) -> None:
        self._http = http
        self._clock = clock
        self._meter = meter
        self._lock = threading.Lock()
        self._book = Book()
        self._flight: Flight | None = None

    def find(self, kid: str) -> Plan[Key]:
        answer, flight = self._look(kid, may_wait=True)
        if flight is not None:
            yield flight
            # Of a key that was asked for meanwhile, one that begins now decides. Nobody waits twice for one that does not end.
            answer, flight = self._look(kid, may_wait=flight.done())
        if flight is not None:
            yield flight
            answer, _ = self._look(kid, may_wait=False)
        if answer.key is None:
            raise Refused("unknown_key") if answer.known == "no_such_key" else Unavailable("keys_unavailable")
        if answer.stale:
            self._meter.count("jwks_stale")
        return answer.key

    def _look(self, kid: str, *, may_wait: bool) -> tuple[Answer, Flight | None]:
        """What is known, and what to wait for if that does not do yet."""
        now = self._clock.monotonic()
        with self._lock:
            answer = self._book.look_up(kid, now)
            flying = self._flight is not None and not self._flight.done()
            if not may_wait or answer.fetch == "no" or (answer.fetch == "join" and not flying):
                return answer, None
            if answer.key is None and answer.fetch == "first":
                self._book.asked(kid, now)
            if not flying:
                self._book.begun(now)
                self._flight = take_off("tenure-keys", self._fetch)
            return answer, None if answer.fetch == "behind" else self._flight

    def _fetch(self) -> None:
        outcome = "failed"
        try:
            etag = self._book.etag
            headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag is not None else {})
            response = self._http.fetch("GET", "/.well-known/jwks.json", headers, MAX_JWKS_BYTES)
            if response.status == 304:
                if etag is None:
                    raise Trouble("304 to nothing")
                keys = None
            else:
                keys = parse_set(response.body)
            with self._lock:
                now = self._clock.monotonic()
                if keys is None:
                    self._book.unchanged(now)
                else:
                    self._book.fetched(keys, response.etag, now)
            outcome = "unchanged" if keys is None else "fetched"
        except (Trouble, ValueError) as error:
            _log.warning("the issuer's keys could not be read: %s", error)
        finally:
            if outcome == "failed":
                with self._lock:
                    self._book.failed()
            self._meter.count("jwks_fetch", outcome=outcome)
