"""Where a request carries its token (RFC 6750 §2.1)."""

from collections.abc import Sequence


def bearer(values: Sequence[str]) -> str:
    """The token of the request's `Authorization` headers, if there is exactly one; else nothing, which is a missing token.

    Servers may join several headers with commas; no token holds one.
    """
    if len(values) != 1 or "," in values[0]:
        return ""
    scheme, _, token = values[0].strip(" \t").partition(" ")
    token = token.lstrip(" ")
    if scheme.lower() != "bearer" or not token:
        return ""
    return token
