"""The two verifiers: the same engine, waited for in threads or in an event loop."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Generic, cast

from typing_extensions import Self

from .bearer import bearer
from .claims import Claims, Verified, own
from .clock import Clock, SystemClock
from .config import configure, environment
from .engine import Engine
from .errors import VerifyError
from .metrics import Meter, Metrics
from .policy import Policy
from .waiting import run, run_async

_LOOK_AGAIN_SECONDS = 0.02


class _Base(Generic[Claims]):
    """What both have in common."""

    def __init__(
        self,
        issuer: str,
        *,
        audience: str | None = None,
        api_key: str | None = None,
        jwks_file: str | os.PathLike[str] | None = None,
        exp_skew_seconds: float = 0,
        policy: Policy | None = None,
        metrics: Metrics | None = None,
        clock: Clock | None = None,
    ) -> None:
        """For one app's issuer; `policy` is that of routes which say nothing else.

        Nothing is read and no thread runs before the first token, or :meth:`start`. :class:`ConfigurationError` says what is
        set up wrong.
        """
        config = configure(issuer, audience, api_key, jwks_file, exp_skew_seconds)
        self._engine = Engine(config, clock or SystemClock(), Meter(metrics))
        self._policy = self.check(policy or Policy())

    @classmethod
    def from_env(
        cls,
        *,
        policy: Policy | None = None,
        metrics: Metrics | None = None,
        clock: Clock | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> Self:
        """As `TENURE_ISSUER`, `TENURE_API_KEY`, `TENURE_AUDIENCE` and `TENURE_JWKS_FILE` say."""
        found: dict[str, Any] = environment(environ)
        return cls(**found, policy=policy, metrics=metrics, clock=clock)

    def check(self, policy: Policy) -> Policy:
        """The policy, or :class:`ConfigurationError` if this verifier cannot follow it: for routes to ask when they are made."""
        return self._engine.check(policy)

    def start(self) -> None:
        """Begins to follow the feed now, not at the first token. In a server that forks, call it in the child."""
        self._engine.start()

    def feed_cursor(self) -> str | None:
        """How far the feed was read, for diagnosis and tests; `None` before the first message and without a feed."""
        feed = self._engine.feed
        return None if feed is None or feed.state.cursor is None else str(feed.state.cursor)

    def feed_lag_seconds(self) -> float | None:
        """How old what is known of ended sessions is; `None` before the feed was read to its head and without a feed."""
        feed = self._engine.feed
        return None if feed is None else feed.lag()

    def _is_read(self) -> bool:
        return self._engine.feed is None or self.feed_lag_seconds() is not None

    def _wait_until_read(self, timeout_seconds: float) -> bool:
        self.start()
        until = time.monotonic() + timeout_seconds
        while not self._is_read() and time.monotonic() < until:
            time.sleep(_LOOK_AGAIN_SECONDS)
        return self._is_read()

    def _verified(self, claims: Mapping[str, Any]) -> Verified[Claims]:
        return Verified(cast(Claims, own(claims)), claims["sub"], claims.get("sid"), claims["exp"])


class Verifier(_Base[Claims]):
    """Verifies in the thread that asks. For any number of threads; use one for the whole process."""

    def verify(self, token: str, policy: Policy | None = None) -> Verified[Claims]:
        """Who the token is of; :class:`Refused` (401) or :class:`Unavailable` (503).

        About 100 µs for a new token, 10 µs for one seen before. Waits, for at most 3.5 s each, only where keys have to be fetched
        or the issuer is asked.
        """
        return self._verified(run(self._engine.judge(token, policy or self._policy)))

    def ready(self, timeout_seconds: float = 10) -> bool:
        """Starts, and waits until the feed was read to its head: then routes that deny while it is stale let people in.

        `False` if it was not by then. It goes on being read all the same. True at once without a feed.
        """
        return self._wait_until_read(timeout_seconds)

    def authenticate(self, authorization: Sequence[str], policy: Policy | None = None) -> Verified[Claims]:
        """The same for a request, by its `Authorization` headers."""
        return self.verify(bearer(authorization), policy)

    def attach(self, authorization: Sequence[str], policy: Policy | None = None) -> Verified[Claims] | None:
        """The same where a session is optional: `None` whenever there is none that was verified, for whatever reason."""
        try:
            return self.authenticate(authorization, policy)
        except VerifyError:
            return None

    def close(self) -> None:
        """Ends the thread that follows the feed, and closes connections."""
        self._engine.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class AsyncVerifier(_Base[Claims]):
    """Verifies in the event loop that asks, and lets it go on while something is fetched. In any number of loops."""

    @classmethod
    def of(cls, verifier: Verifier[Claims]) -> "AsyncVerifier[Claims]":
        """The same verifier for event loops: they share keys, feed and caches. Costs nothing."""
        made = cls.__new__(cls)
        made._engine = verifier._engine
        made._policy = verifier._policy
        return made

    async def verify(self, token: str, policy: Policy | None = None) -> Verified[Claims]:
        """As :meth:`Verifier.verify`."""
        return self._verified(await run_async(self._engine.judge(token, policy or self._policy)))

    async def ready(self, timeout_seconds: float = 10) -> bool:
        """As :meth:`Verifier.ready`."""
        return await asyncio.to_thread(self._wait_until_read, timeout_seconds)

    async def authenticate(self, authorization: Sequence[str], policy: Policy | None = None) -> Verified[Claims]:
        """As :meth:`Verifier.authenticate`."""
        return await self.verify(bearer(authorization), policy)

    async def attach(self, authorization: Sequence[str], policy: Policy | None = None) -> Verified[Claims] | None:
        """As :meth:`Verifier.attach`."""
        try:
            return await self.authenticate(authorization, policy)
        except VerifyError:
            return None

    async def close(self) -> None:
        """As :meth:`Verifier.close`."""
        await asyncio.to_thread(self._engine.close)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()
