"""A key that verifies, made from a JWK. Its algorithm is the key's own; no token chooses one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..jws import is_kid
from ..limits import MAX_JWKS_KEYS, MAX_RSA_BITS, MIN_RSA_BITS
from ..strict_json import parse_object

# The one algorithm of each kind of key, and the members that are the key (RFC 7518 §6, RFC 8037 §2).
_KINDS: Mapping[tuple[object, object], tuple[str, tuple[str, ...]]] = {
    ("EC", "P-256"): ("ES256", ("kty", "crv", "x", "y")),
    ("OKP", "Ed25519"): ("EdDSA", ("kty", "crv", "x")),
    ("RSA", None): ("RS256", ("kty", "n", "e")),
}


@dataclass(frozen=True)
class Key:
    """A public key. Two are equal when they are the same key under the same id."""

    kid: str
    alg: str
    members: tuple[str, ...]
    jwk: jwt.PyJWK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and (self.kid, self.members) == (other.kid, other.members)

    def __hash__(self) -> int:
        return hash((self.kid, self.members))

    def is_good(self, signed: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's of `signed`, by this key's algorithm."""
        return bool(self.jwk.Algorithm.verify(signed, self.jwk.key, signature))


def parse_set(text: bytes) -> dict[str, Key]:
    """The keys of a JWKS by their id (RFC 7517 §5).

    Keys that are of no use here are left out. Of two with one id the first counts. Refused, as `ValueError`: what is no key
    set, and more than `MAX_JWKS_KEYS`.
    """
    listed = parse_object(text).get("keys")
    if not isinstance(listed, list):
        raise ValueError("no `keys`")
    if len(listed) > MAX_JWKS_KEYS:
        raise ValueError(f"more than {MAX_JWKS_KEYS} keys")
    keys: dict[str, Key] = {}
    for jwk in listed:
        key = _parse(jwk) if isinstance(jwk, dict) else None
        if key is not None:
            keys.setdefault(key.kid, key)
    return keys


def _parse(jwk: dict[str, Any]) -> Key | None:
    kid, kty, crv = jwk.get("kid"), jwk.get("kty"), jwk.get("crv")
    if not isinstance(kid, str) or not is_kid(kid) or not isinstance(kty, str) or not isinstance(crv, (str, type(None))):
        return None
    kind = _KINDS.get((kty, None if kty == "RSA" else crv))
    if kind is None or jwk.get("alg") != kind[0] or jwk.get("use", "sig") != "sig":
        return None
    alg, names = kind
    members = [jwk.get(name) for name in names]
    if not all(isinstance(member, str) for member in members):
        return None
    try:
        # Only the public members: a private one that got in here is of no use to a verifier.
        made = jwt.PyJWK(dict(zip(names, members, strict=True)), algorithm=alg)
    except (jwt.PyJWTError, ValueError):
        return None
    if isinstance(made.key, RSAPublicKey) and not MIN_RSA_BITS <= made.key.key_size <= MAX_RSA_BITS:
        return None
    return Key(kid, alg, tuple(map(str, members)), made)
