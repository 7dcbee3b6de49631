"""What a verifier is told when it is made, from arguments or from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import ConfigurationError
from .keys.key import Key, parse_set
from .limits import MAX_EXP_SKEW_SECONDS, MAX_JWKS_BYTES
from .secret import Secret

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Config:
    """Checked; `keys` is there where they came from a file."""

    issuer: str
    app: str
    audience: str
    api_key: Secret | None
    keys: dict[str, Key] | None
    exp_skew_seconds: float


def configure(
    issuer: str, audience: str | None, api_key: str | None, jwks_file: str | os.PathLike[str] | None, exp_skew_seconds: float
) -> Config:
    """Checks the arguments of a verifier, or :class:`ConfigurationError` with what to do."""
    app = _app(issuer)
    if audience == "":
        raise ConfigurationError("audience is empty: leave it out for the app's id, or name what tokens are for")
    if not 0 <= exp_skew_seconds <= MAX_EXP_SKEW_SECONDS:
        raise ConfigurationError(f"exp_skew_seconds is 0 to {MAX_EXP_SKEW_SECONDS}")
    return Config(
        issuer=issuer,
        app=app,
        audience=app if audience is None else audience,
        api_key=None if api_key is None else _secret(api_key),
        keys=None if jwks_file is None else _keys(Path(jwks_file)),
        exp_skew_seconds=exp_skew_seconds,
    )


def environment(environ: Mapping[str, str]) -> dict[str, str | None]:
    """The arguments that the environment holds. Refused: a variable that is set to nothing, as by a secret that is missing."""
    found = {name: environ.get(name) for name in ("TENURE_ISSUER", "TENURE_API_KEY", "TENURE_AUDIENCE", "TENURE_JWKS_FILE")}
    for name, value in found.items():
        if value == "":
            raise ConfigurationError(f"{name} is empty: give it a value, or leave it out")
    issuer = found["TENURE_ISSUER"]
    if issuer is None:
        raise ConfigurationError("TENURE_ISSUER is not set: it is the app's issuer, https://…/v1/apps/{app}")
    return {
        "issuer": issuer,
        "audience": found["TENURE_AUDIENCE"],
        "api_key": found["TENURE_API_KEY"],
        "jwks_file": found["TENURE_JWKS_FILE"],
    }


def _app(issuer: str) -> str:
    try:
        url = urlsplit(issuer)
        host, _ = url.hostname, url.port
    except ValueError as error:
        raise ConfigurationError(f"the issuer is no URL: {error}") from None
    if url.scheme not in ("https", "http") or not host or url.username is not None or url.query or url.fragment:
        raise ConfigurationError("the issuer is an https URL, as the app's discovery document says it: https://…/v1/apps/{app}")
    if url.scheme == "http" and host not in _LOOPBACK:
        raise ConfigurationError(f"the issuer is http, which is for this machine only: use https for {host}")
    app = url.path.rpartition("/")[2]
    if not app:
        raise ConfigurationError("the issuer ends with the app's id, and has no slash after it: https://…/v1/apps/{app}")
    return app


def _secret(api_key: str) -> Secret:
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ConfigurationError("the API key is not visible ASCII: copy it as `tenure api-key` shows it")
    return Secret(api_key)


def _keys(path: Path) -> dict[str, Key]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_JWKS_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"the key set {path} cannot be read: {error.strerror}") from None
    if len(text) > MAX_JWKS_BYTES:
        raise ConfigurationError(f"the key set {path} is larger than 64 KiB")
    try:
        keys = parse_set(text)
    except ValueError as error:
        raise ConfigurationError(f"the key set {path} is none: {error}") from None
    if not keys:
        raise ConfigurationError(f"the key set {path} has no key of use: save ISS/.well-known/jwks.json there")
    return keys
