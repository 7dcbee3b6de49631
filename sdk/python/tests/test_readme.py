"""The README's examples run, as they stand there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from fastapi.testclient import TestClient

from tenure_verify import Refused
from tenure_verify import django as adapter
from tenure_verify.testing import FakeIssuer

README = Path(__file__).parent.parent / "README.md"
EXAMPLES: list[str] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def example(mark: str) -> str:
    """The one example that holds `mark`."""
    (found,) = [text for text in EXAMPLES if mark in text]
    return found


def run(text: str, **given: object) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "example", **given}
    exec(compile(text, str(README), "exec"), names)  # noqa: S102
    return names


@pytest.fixture
def token(issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in issuer.environ.items():
        monkeypatch.setenv(name, value)
    adapter._made_from_env.cache_clear()
    yield issuer.token(claims={"plan": "pro"})
    adapter._made_from_env.cache_clear()


def test_fastapi(token: str) -> None:
    client = TestClient(run(example("FastAPI()"))["app"])
    assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).json() == {"user": "ann"}
    assert client.get("/me").json()["code"] == "missing_token"


def test_django(token: str) -> None:
    view = run(example("JsonResponse"))["me"]
    assert view(RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})).content == b'{"user": "ann"}'
    assert view(RequestFactory().get("/")).status_code == 401


def test_anything_else(token: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(example("authorization_header"), authorization_header=f"Bearer {token}")
    made["verifier"].close()
    assert capsys.readouterr().out.startswith("ann s_1 ")


def test_policies_and_claims(token: str) -> None:
    policy = run(example("sensitive ="))["sensitive"]
    verifier = run(example("class Claims"))["verifier"]
    assert verifier.verify(token).claims["plan"] == "pro"
    with pytest.raises(Refused, match="insufficient_user_authentication"):
        verifier.verify(token, policy.__class__(acr_values=policy.acr_values))
    verifier.close()


def test_the_fake_issuer() -> None:
    assert run(example("end_session"))["token"].count(".") == 2
