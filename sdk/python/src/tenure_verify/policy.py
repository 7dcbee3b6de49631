"""What a route asks for beyond a good token."""

import re
from dataclasses import dataclass
from typing import Literal

from .errors import ConfigurationError
from .limits import STALE_AFTER_SECONDS

Revocation = Literal["none", "feed", "introspect"]
OnStale = Literal["allow", "deny"]

# What may stand in the quotes of a challenge, one value (RFC 6749 appendix A.4).
_ACR = re.compile(r"[!#-\[\]-~]+")


@dataclass(frozen=True)
class Policy:
    """A route's policy; what is left out is as `docs/reference/verifiers.md` says.

    `revocation` is `feed` where an API key is configured, else `none`. `stale_after` and `max_age` are seconds.
    """

    revocation: Revocation | None = None
    on_stale: OnStale = "allow"
    stale_after: float = STALE_AFTER_SECONDS
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.revocation not in (None, "none", "feed", "introspect"):
            raise ConfigurationError(f"revocation is none, feed or introspect, not {self.revocation!r}")
        if self.on_stale not in ("allow", "deny"):
            raise ConfigurationError(f"on_stale is allow or deny, not {self.on_stale!r}")
        if not self.stale_after > 0:
            raise ConfigurationError("stale_after is a number of seconds above 0")
        if self.max_age is not None and (isinstance(self.max_age, bool) or self.max_age < 0):
            raise ConfigurationError("max_age is a number of seconds from 0 on")
        if isinstance(self.acr_values, str):
            raise ConfigurationError("acr_values is a sequence of strings, not one string")
        for value in self.acr_values:
            if not _ACR.fullmatch(value):
                raise ConfigurationError(f"acr_values: {value!r} is not visible ASCII without spaces and quotes")
        object.__setattr__(self, "acr_values", tuple(self.acr_values))


DEFAULT = Policy()
