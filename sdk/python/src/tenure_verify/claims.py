"""What an auth token must say: rules 10 to 14 and 16 of `docs/reference/verifiers.md`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypedDict

from typing_extensions import TypeVar

from .errors import InsufficientAuthentication, Refused
from .limits import CLOCK_SKEW_SECONDS
from .policy import Policy
from .strict_json import is_time


class _Always(TypedDict):
    iss: str
    sub: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    jti: str
    client_id: str


class AuthClaims(_Always, total=False):
    """The claims of an auth token. Extend it with the session's own: `class Claims(AuthClaims, total=False): plan: str`.

    A type checker then knows them. What a session's own claims hold is the app's word, and is not looked at here.
    """

    nbf: int | float
    sid: str
    auth_time: int | float
    amr: list[str]
    acr: str
    cnf: dict[str, Any]


Claims = TypeVar("Claims", bound=Mapping[str, Any], default=AuthClaims)


@dataclass(frozen=True)
class Verified(Generic[Claims]):
    """Holding it proves that a token was verified, and was not revoked as far as the route's policy looks."""

    claims: Claims
    user_id: str
    session_id: str | None
    """`None` for stateless tokens, which belong to no session."""
    expires_at: float
    """Unix seconds."""


def check_shape(claims: Mapping[str, Any], audience: str) -> None:
    """Rules 10 to 12: what does not depend on the time."""
    strings = all(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "jti"))
    client = "client_id" not in claims or (isinstance(claims["client_id"], str) and claims["client_id"])
    times = is_time(claims.get("exp")) and is_time(claims.get("iat")) and is_time(claims.get("nbf", 0))
    session = "sid" not in claims or (isinstance(claims["sid"], str) and claims["sid"])
    audiences = _audiences(claims.get("aud"))
    if not (strings and client and times and session and audiences is not None):
        raise Refused("malformed_claims")
    if "client_id" not in claims or any(name in claims for name in ("nonce", "at_hash", "c_hash")):
        raise Refused("not_an_auth_token")
    if audience not in audiences:
        raise Refused("wrong_audience")


def check_audience(claims: Mapping[str, Any], audience: str) -> None:
    """Rule 12 alone, for what the issuer itself said of a token."""
    if audience not in (_audiences(claims.get("aud")) or []):
        raise Refused("wrong_audience")


def check_time(claims: Mapping[str, Any], now: float, exp_skew_seconds: float) -> None:
    """Rules 13 and 14."""
    latest = now + CLOCK_SKEW_SECONDS
    if claims.get("nbf", 0) > latest or claims["iat"] > latest:
        raise Refused("not_yet_valid")
    if not claims["exp"] + exp_skew_seconds > now:
        raise Refused("expired")


def check_sign_in(claims: Mapping[str, Any], policy: Policy, now: float) -> None:
    """Rule 16 (RFC 9470): what is not said does not suffice."""
    signed_in: Any = claims.get("auth_time")
    too_old = policy.max_age is not None and not (is_time(signed_in) and now - signed_in <= policy.max_age)
    if too_old or (policy.acr_values and claims.get("acr") not in policy.acr_values):
        raise InsufficientAuthentication(policy.max_age, policy.acr_values)


def own(value: Any) -> Any:
    """A copy of a JSON value: what an app does to its claims must not reach the cache."""
    if isinstance(value, dict):
        return {name: own(member) if isinstance(member, (dict, list)) else member for name, member in value.items()}
    if isinstance(value, list):
        return [own(item) for item in value]
    return value


def _audiences(aud: object) -> list[str] | None:
    if isinstance(aud, str):
        return [aud]
    if isinstance(aud, list) and all(isinstance(one, str) for one in aud):
        return aud
    return None
