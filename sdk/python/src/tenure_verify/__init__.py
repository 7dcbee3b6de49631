"""Verifies Tenure's auth tokens, and refuses them when their session has ended."""

from .claims import AuthClaims, Verified
from .clock import Clock
from .errors import ConfigurationError, InsufficientAuthentication, Refused, Unavailable, VerifyError
from .metrics import Metrics
from .policy import Policy
from .verifier import AsyncVerifier, Verifier

__all__ = [
    "AsyncVerifier",
    "AuthClaims",
    "Clock",
    "ConfigurationError",
    "InsufficientAuthentication",
    "Metrics",
    "Policy",
    "Refused",
    "Unavailable",
    "Verified",
    "Verifier",
    "VerifyError",
]
