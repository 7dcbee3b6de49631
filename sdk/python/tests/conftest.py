"""Fixtures: one issuer for all tests that do not change it for good, and verifiers that are closed afterwards."""

from collections.abc import Iterator

import django
import pytest
from django.conf import settings

from support import Counted, FakeClock
from tenure_verify import Verifier
from tenure_verify.testing import FakeIssuer

# Django has one configuration a process, whichever tests are run.
settings.configure(
    ROOT_URLCONF="test_django",
    ALLOWED_HOSTS=["testserver"],
    MIDDLEWARE=["tenure_verify.django.attach"],
    SECRET_KEY="only for tests",  # noqa: S106
)
django.setup()


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with FakeIssuer() as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def verifier(issuer: FakeIssuer, clock: FakeClock, counted: Counted) -> Iterator[Verifier]:
    """Without a feed."""
    with Verifier(issuer.issuer, clock=clock, metrics=counted) as made:
        yield made
