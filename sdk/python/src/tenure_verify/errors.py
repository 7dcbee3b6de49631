"""What can be wrong: with a token (401), with the answers that a verdict needs (503), or with the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

RETRY_AFTER_SECONDS: Final = 2

_PAGE = "https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md"


@dataclass(frozen=True)
class _Code:
    """One row of the table of answers in `docs/reference/verifiers.md`."""

    error: str
    hint: str
    status: int = 401
    refreshable: bool = False


_SEND_ANOTHER = "Send the auth token that this app's issuer gave out, as it is."
_TRY_AGAIN = "Nothing is wrong with the token: keep it, and try again."

CODES: Final[Mapping[str, _Code]] = {
    "missing_token": _Code("No auth token.", "Send one header `Authorization: Bearer <auth token>`."),
    "too_large": _Code("The token is larger than 8 KiB.", _SEND_ANOTHER),
    "malformed_token": _Code("This is no token.", _SEND_ANOTHER),
    "unsupported_header": _Code("The token's header has a member that is not taken.", _SEND_ANOTHER),
    "wrong_issuer": _Code("The token is of another issuer.", "Send a token of the issuer that this service trusts."),
    "unknown_key": _Code("The token is signed by a key that is not published.", "Refresh it, and try again.", refreshable=True),
    "wrong_algorithm": _Code("The token's algorithm is not the one of its key.", _SEND_ANOTHER),
    "wrong_type": _Code("The token is of another type.", "Send an auth token, not an ID token or a logout token."),
    "bad_signature": _Code("The token's signature is not good.", _SEND_ANOTHER),
    "malformed_claims": _Code("The token's claims are not those of an auth token.", _SEND_ANOTHER),
    "not_an_auth_token": _Code("This is no auth token.", "Send the auth token, not the ID token."),
    "wrong_audience": _Code("The token is for another audience.", "Send a token that was issued for this service."),
    "not_yet_valid": _Code("The token is not valid yet.", "Compare this machine's clock with the issuer's."),
    "expired": _Code("The token has expired.", "Refresh it, and try again.", refreshable=True),
    "revoked": _Code(
        "The session has ended.", "Refresh: the answer says whether the user has to sign in again.", refreshable=True
    ),
    "insufficient_user_authentication": _Code("This asks for a more recent or stronger sign-in.", "Sign in again."),
    "keys_unavailable": _Code("The issuer's keys could not be read.", _TRY_AGAIN, status=503),
    "feed_stale": _Code("What was revoked lately is not known.", _TRY_AGAIN, status=503),
    "introspection_unavailable": _Code("The issuer could not be asked.", _TRY_AGAIN, status=503),
}


class VerifyError(Exception):
    """No session: :class:`Refused` or :class:`Unavailable`. Holds nothing of the token."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code: Final = code

    @property
    def status(self) -> int:
        """The status that the request is answered with."""
        return CODES[self.code].status

    @property
    def body(self) -> dict[str, str | bool]:
        """The answer's JSON: `code`, `error`, `hint`, `refreshable`."""
        row = CODES[self.code]
        hint = f"{row.hint} {_PAGE}#{self.code}"
        return {"code": self.code, "error": row.error, "hint": hint, "refreshable": row.refreshable}

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers beside its content type: never to be stored, and what the caller needs to go on."""
        return {"Cache-Control": "no-store", **self._more_headers()}

    def _more_headers(self) -> dict[str, str]:
        raise NotImplementedError


class Refused(VerifyError):
    """The token is not good enough (RFC 6750 §3.1)."""

    def _more_headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": self._challenge()}

    def _challenge(self) -> str:
        if self.code == "missing_token":
            return "Bearer"  # who sent nothing is told of no error (RFC 6750 §3.1)
        return f'Bearer error="invalid_token", error_description="{CODES[self.code].error}"'


class InsufficientAuthentication(Refused):
    """The session is good, but its sign-in is too old or too weak for this (RFC 9470 §3)."""

    def __init__(self, max_age: int | None, acr_values: Sequence[str]) -> None:
        super().__init__("insufficient_user_authentication")
        self.max_age: Final = max_age
        self.acr_values: Final = tuple(acr_values)

    def _challenge(self) -> str:
        parts = [f'Bearer error="{self.code}"', f'error_description="{CODES[self.code].error}"']
        if self.max_age is not None:
            parts.append(f'max_age="{self.max_age}"')
        if self.acr_values:
            parts.append(f'acr_values="{" ".join(self.acr_values)}"')
        return ", ".join(parts)


class Unavailable(VerifyError):
    """Nothing is known against the token; what a verdict needs could not be had. Never a 401: that would sign people out."""

    def _more_headers(self) -> dict[str, str]:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}


class ConfigurationError(ValueError):
    """The verifier or a policy is set up wrong; the message says what to do."""
