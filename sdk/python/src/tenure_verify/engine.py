"""The order in which a token is judged; what waits is said, and the caller decides how (`waiting`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .cache import Cache
from .claims import check_audience, check_shape, check_sign_in, check_time
from .clock import Clock
from .complaint import Complaint
from .config import Config
from .errors import ConfigurationError, Refused, Unavailable, VerifyError
from .feed.reader import FeedReader
from .forking import Restart
from .http import Http
from .introspection import Introspection
from .jws import take_apart
from .keys.key import Key
from .keys.source import FetchedKeys, Keys, PinnedKeys
from .limits import (
    INTROSPECTION_THREADS,
    MAX_CACHED_TOKENS,
    MAX_OPAQUE_TOKENS,
    OPAQUE_CACHE_PART,
    OPAQUE_CACHE_SECONDS,
    STALE_AFTER_SECONDS,
)
from .metrics import Meter
from .policy import Policy, Revocation
from .strict_json import is_time
from .waiting import Plan

# The issuer is asked about no text of another form.
_OPAQUE = re.compile(r"ts1_[A-Za-z0-9_-]{92}")
_TYPES = ("jwt", "at+jwt", "application/jwt", "application/at+jwt")

Said = Mapping[str, Any]


@dataclass(frozen=True)
class _Known:
    """An auth token whose signature was good."""

    claims: Said
    key: Key


@dataclass(frozen=True)
class _Opaque:
    """What the issuer said of a session token, and until which monotonic moment that may be gone by."""

    claims: Said
    until: float


class Engine:
    """One verifier's insides. For any number of threads and event loops."""

    def __init__(self, config: Config, clock: Clock, meter: Meter) -> None:
        self._config = config
        self._clock = clock
        self._meter = meter
        self._begin()
        self._restart = Restart(self._begin)

    def _begin(self) -> None:
        """Everything that a child process cannot take over: connections, threads and locks."""
        config, clock, meter = self._config, self._clock, self._meter
        self._http = Http(config.issuer, connections=INTROSPECTION_THREADS + 2)
        self._keys: Keys = FetchedKeys(self._http, clock, meter) if config.keys is None else PinnedKeys(config.keys)
        self.feed: FeedReader | None = None
        self._introspection: Introspection | None = None
        if config.api_key is not None:
            self.feed = FeedReader(self._http, config.api_key, config.app, clock, meter)
            self._introspection = Introspection(self._http, config.api_key, clock)
        self._known: Cache[_Known] = Cache(MAX_CACHED_TOKENS)
        self._opaque: Cache[_Opaque] = Cache(MAX_OPAQUE_TOKENS)
        self._stale = Complaint(
            clock, "the revocation feed is stale: tokens that may be revoked are let through (on_stale=allow)"
        )

    def start(self) -> None:
        """Begins to follow the feed, if there is one for this verifier."""
        if self.feed is not None:
            self.feed.start()

    def close(self) -> None:
        """Ends threads and connections."""
        if self.feed is not None:
            self.feed.close()
        if self._introspection is not None:
            self._introspection.close()
        self._http.close()

    def check(self, policy: Policy) -> Policy:
        """The policy, or :class:`ConfigurationError` if this verifier cannot do what it asks for."""
        if policy.revocation in ("feed", "introspect") and self._config.api_key is None:
            raise ConfigurationError(
                f"revocation is {policy.revocation}, which needs an API key of role verify: set TENURE_API_KEY"
            )
        return policy

    def judge(self, token: str, policy: Policy) -> Plan[Said]:
        """The token's claims, or why it is refused."""
        try:
            if not token:
                raise Refused("missing_token")
            if self._introspection is not None and _OPAQUE.fullmatch(token):
                claims = yield from self._judge_opaque(token, policy, self._introspection)
            else:
                claims = yield from self._judge_signed(token, policy)
        except VerifyError as error:
            self._meter.count("refused", code=error.code)
            raise
        self._meter.count("verified")
        return claims

    def _judge_signed(self, token: str, policy: Policy) -> Plan[Said]:
        known = self._known.find(token)
        if known is not None:
            key = yield from self._keys.find(known.key.kid)
            if key is known.key:
                self._meter.count("cache_hit")
            else:
                self._known.drop(token)
                known = None
        if known is None:
            known = yield from self._check_signed(token)
        now = self._clock.now()
        check_time(known.claims, now, self._config.exp_skew_seconds)
        self._known.put_new(token, known)
        yield from self._check_revocation(token, known, policy)
        check_sign_in(known.claims, policy, now)
        return known.claims

    def _check_signed(self, token: str) -> Plan[_Known]:
        """Rules 2 to 12."""
        parts = take_apart(token)
        if parts.claims.get("iss") != self._config.issuer:
            raise Refused("wrong_issuer")
        key = yield from self._keys.find(parts.kid)
        if parts.header.get("alg") != key.alg:
            raise Refused("wrong_algorithm")
        kind = parts.header.get("typ")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise Refused("wrong_type")
        if not key.is_good(parts.signed, parts.signature):
            raise Refused("bad_signature")
        check_shape(parts.claims, self._config.audience)
        return _Known(parts.claims, key)

    def _check_revocation(self, token: str, known: _Known, policy: Policy) -> Plan[None]:
        way = self._revocation(policy)
        if way == "introspect" and self._introspection is not None:
            yield from self._introspection.ask(token)
        elif way == "feed" and self.feed is not None:
            self.feed.start()
            claims = known.claims
            # Before the entries are looked at, so that what made it fresh is among them.
            now = self._clock.monotonic()
            fresh = self.feed.state.is_fresh(now, policy.stale_after)
            if self.feed.state.revokes(sid=claims.get("sid"), sub=claims["sub"], iat=claims["iat"], kid=known.key.kid):
                raise Refused("revoked")
            if not fresh:
                self._pass_stale(self.feed, policy, now)

    def _revocation(self, policy: Policy) -> Revocation:
        if policy.revocation is not None:
            return self.check(policy).revocation or "none"
        return "none" if self.feed is None else "feed"

    def _pass_stale(self, feed: FeedReader, policy: Policy, now: float) -> None:
        if policy.on_stale == "deny":
            raise Unavailable("feed_stale")
        self._meter.count("feed_stale_allowed")
        # A reader that has just begun is stale as well; that is no news.
        if feed.started_at is not None and now - feed.started_at > policy.stale_after:
            self._stale.say()

    def _judge_opaque(self, token: str, policy: Policy, introspection: Introspection) -> Plan[Said]:
        claims = self._remembered(token) if policy.revocation != "introspect" else None
        if claims is not None:
            self._meter.count("cache_hit")
        else:
            asked_at, wall = self._clock.monotonic(), self._clock.now()
            claims = yield from introspection.ask(token)
            if policy.revocation != "introspect":
                keep = min(OPAQUE_CACHE_SECONDS, (claims["exp"] - wall) * OPAQUE_CACHE_PART)
                self._opaque.put(token, _Opaque(claims, asked_at + keep))
        check_audience(claims, self._config.audience)
        now = self._clock.now()
        if not claims["exp"] > now:
            raise Refused("expired")
        check_sign_in(claims, policy, now)
        return claims

    def _remembered(self, token: str) -> Said | None:
        """What may be gone by: for a while, while the feed is fresh, and until it refuses the session, user or app."""
        if self.feed is None:
            return None
        self.feed.start()
        held = self._opaque.find(token)
        if held is None:
            return None
        now = self._clock.monotonic()
        state = self.feed.state
        fresh = state.is_fresh(now, STALE_AFTER_SECONDS)  # before the entries are looked at, as above
        issued = held.claims.get("iat")
        iat = issued if is_time(issued) else 0
        named = state.revokes(sid=held.claims.get("sid"), sub=held.claims["sub"], iat=iat, kid=None)
        if now >= held.until or named or not fresh:
            self._opaque.drop(token)
            return None
        return held.claims
