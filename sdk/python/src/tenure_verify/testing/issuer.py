"""A fake issuer: signs what a test wants, and ends what a test ends."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from typing_extensions import Self

from ..metrics import Metrics
from ..policy import Policy
from ..verifier import AsyncVerifier, Verifier
from .feed import FakeFeed
from .server import Server

Algorithm = Literal["ES256", "EdDSA", "RS256"]

_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class _SigningKey:
    kid: str
    alg: Algorithm
    private: Any

    def public(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(jwt.get_algorithm_by_name(self.alg).to_jwk(self.private.public_key()))
        return {**made, "kid": self.kid, "alg": self.alg, "use": "sig"}


class FakeIssuer:
    """One app's issuer, listening on a free port of this machine until it is closed.

    What it does not do: sign people in, refresh, expire sessions, or keep anything after the test.
    """

    def __init__(self, app: str = "demo", alg: Algorithm = "ES256") -> None:
        self.app = app
        self.api_key = "tk_" + secrets.token_urlsafe(24)
        self.feed = FakeFeed()
        self.unavailable = False
        """While it is true, everything is answered 503, and streams end."""
        self._keys: list[_SigningKey] = []
        self._opaque: dict[str, dict[str, Any]] = {}
        self.rotate(alg)
        self._server = Server(self)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}/v1/apps/{app}"

    @property
    def environ(self) -> dict[str, str]:
        """The variables that configure a service for this issuer."""
        return {"TENURE_ISSUER": self.issuer, "TENURE_API_KEY": self.api_key}

    def verifier(self, policy: Policy | None = None, metrics: Metrics | None = None) -> Verifier:
        """A verifier of this issuer that follows its feed."""
        return Verifier(self.issuer, api_key=self.api_key, policy=policy, metrics=metrics)

    def async_verifier(self, policy: Policy | None = None, metrics: Metrics | None = None) -> AsyncVerifier:
        """The same for event loops."""
        return AsyncVerifier(self.issuer, api_key=self.api_key, policy=policy, metrics=metrics)

    def token(
        self,
        user_id: str = "ann",
        session_id: str | None = "s_1",
        *,
        ttl_seconds: float = 300,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """An auth token; `claims` are added, or stand in the place of the usual ones. `session_id=None`: a stateless one."""
        return self.sign(self._claims(user_id, session_id, ttl_seconds, claims))

    def session_token(
        self, user_id: str = "ann", session_id: str = "s_1", *, ttl_seconds: float = 300, claims: Mapping[str, Any] | None = None
    ) -> str:
        """An opaque `ts1_…`, which introspection knows."""
        token = "ts1_" + secrets.token_urlsafe(69)
        self._opaque[token] = self._claims(user_id, session_id, ttl_seconds, claims)
        return token

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        """Exactly these claims, signed by the newest key; `header` is added to the usual one."""
        return self.sign_text(json.dumps(dict(claims)).encode(), header)

    def sign_text(self, payload: bytes, header: Mapping[str, Any] | None = None) -> str:
        """Exactly this payload, whether or not it is claims at all."""
        key = self._keys[-1]
        return jwt.api_jws.encode(payload, key.private, key.alg, {"kid": key.kid, "typ": "JWT", **(header or {})})

    def end_session(self, session_id: str) -> None:
        """As a sign-out does it: the feed says so, and introspection."""
        self.feed.say({"sid": session_id})

    def end_user(self, user_id: str) -> None:
        """All tokens of the user up to now, stateless ones too."""
        self.feed.say({"sub": user_id, "iat": int(time.time())})

    def end_app(self) -> None:
        """All tokens of the app up to now."""
        self.feed.say({"app": self.app, "iat": int(time.time())})

    def rotate(self, alg: Algorithm = "ES256") -> None:
        """Signs with a new key from now on; the older ones stay published."""
        self._keys.append(_SigningKey(secrets.token_hex(8), alg, _private(alg)))

    def retire_older_keys(self) -> None:
        """Publishes only the newest key."""
        del self._keys[:-1]

    def wait_until_heard(self, verifier: Verifier | AsyncVerifier, within_seconds: float = 5) -> None:
        """Returns once `verifier` knows of every end so far; :class:`TimeoutError` if that takes too long."""
        verifier.start()
        head, until = self.feed.head(), time.monotonic() + within_seconds
        while verifier.feed_cursor() != head:
            if time.monotonic() > until:
                raise TimeoutError(f"the verifier has not heard of {head}; it is at {verifier.feed_cursor()}")
            time.sleep(_POLL_SECONDS)

    def jwks(self) -> Mapping[str, Any]:
        """The published keys."""
        return {"keys": [key.public() for key in self._keys]}

    def introspect(self, token: str) -> Mapping[str, Any]:
        """RFC 7662: what this issuer signed or gave out and has not ended, with its claims."""
        claims = self._opaque.get(token) or self._signed(token)
        if claims is None or claims["exp"] <= time.time() or self._is_over(claims):
            return {"active": False}
        return {"active": True, **claims}

    def close(self) -> None:
        """Ends the server."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _claims(self, user_id: str, session_id: str | None, ttl_seconds: float, more: Mapping[str, Any] | None) -> dict[str, Any]:
        now = int(time.time())
        session = {} if session_id is None else {"sid": session_id}
        usual = {"iss": self.issuer, "sub": user_id, "aud": [self.app], "client_id": self.app, "jti": secrets.token_hex(8)}
        times = {"iat": now, "exp": now + ttl_seconds, "auth_time": now}
        return {**usual, **session, **times, **(more or {})}

    def _signed(self, token: str) -> dict[str, Any] | None:
        for key in self._keys:
            try:
                return jwt.decode(token, key.private.public_key(), [key.alg], audience=self.app)
            except jwt.PyJWTError:
                continue
        return None

    def _is_over(self, claims: Mapping[str, Any]) -> bool:
        subjects = (("sid", claims.get("sid", "")), ("sub", claims["sub"]), ("app", self.app))
        return any(self.feed.names(member, value, claims["iat"]) for member, value in subjects)


def _private(alg: Algorithm) -> Any:
    if alg == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)
