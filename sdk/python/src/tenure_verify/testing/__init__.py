"""For the tests of services that verify: an issuer in the test's own process, with keys, tokens, ends and a feed."""

from .issuer import FakeIssuer

__all__ = ["FakeIssuer"]
