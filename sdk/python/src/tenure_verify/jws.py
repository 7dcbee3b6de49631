"""A compact JWS, taken apart strictly: rules 2 to 4 of `docs/reference/verifiers.md`. Nothing here is trusted yet."""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from .errors import Refused
from .limits import MAX_KID_BYTES, MAX_TOKEN_BYTES
from .strict_json import NotStrict, parse_object

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_UNSUPPORTED = ("jwk", "jku", "x5c", "x5u", "crit", "b64")


@dataclass(frozen=True)
class Parts:
    """What a token says of itself. `kid` fits its limits; everything else is as the sender wrote it."""

    kid: str
    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def take_apart(token: str) -> Parts:
    """The parts of `token`, or :class:`Refused` with `too_large`, `malformed_token` or `unsupported_header`."""
    # A character is at least a byte, and text that is none in UTF-8 is no token either.
    if len(token) > MAX_TOKEN_BYTES or len(token.encode("utf-8", "replace")) > MAX_TOKEN_BYTES:
        raise Refused("too_large")
    pieces = token.split(".")
    if len(pieces) != 3:
        raise Refused("malformed_token")
    header = _object(pieces[0])
    claims = _object(pieces[1])
    signature = decode(pieces[2])
    kid = header.get("kid")
    if signature is None or not isinstance(kid, str) or not is_kid(kid):
        raise Refused("malformed_token")
    if any(member in header for member in _UNSUPPORTED):
        raise Refused("unsupported_header")
    signed = token[: len(pieces[0]) + 1 + len(pieces[1])].encode("ascii")
    return Parts(kid, header, claims, signed, signature)


def decode(text: str) -> bytes | None:
    """The bytes of non-empty base64url as it must be written: no padding, no stray bits (RFC 4648 §3.5), else `None`."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    return raw if canonical == text else None


def is_kid(kid: str) -> bool:
    """Whether it is 1 to `MAX_KID_BYTES` bytes without control characters."""
    return 0 < len(kid.encode("utf-8")) <= MAX_KID_BYTES and not any(unicodedata.category(c) == "Cc" for c in kid)


def _object(piece: str) -> dict[str, Any]:
    raw = decode(piece)
    if raw is None:
        raise Refused("malformed_token")
    try:
        return parse_object(raw)
    except NotStrict:
        raise Refused("malformed_token") from None
