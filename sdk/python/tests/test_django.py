"""The adapter for Django, in real Django: sync and async views, through WSGI's and ASGI's handlers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path

from tenure_verify import ConfigurationError, Policy
from tenure_verify import django as adapter
from tenure_verify.django import MaybeSessionRequest, SessionRequest, require
from tenure_verify.testing import FakeIssuer


@require()
def me(request: SessionRequest) -> HttpResponse:
    return JsonResponse({"user": request.tenure.user_id})


@require()
async def me_async(request: SessionRequest) -> HttpResponse:
    return JsonResponse({"user": request.tenure.user_id})


@require(Policy(max_age=60))
def pay(request: SessionRequest) -> HttpResponse:
    return JsonResponse({"user": request.tenure.user_id})


def maybe(request: MaybeSessionRequest) -> HttpResponse:
    return JsonResponse({"user": request.tenure and request.tenure.user_id})


async def maybe_async(request: MaybeSessionRequest) -> HttpResponse:
    return JsonResponse({"user": request.tenure and request.tenure.user_id})


urlpatterns = [path(view.__name__, view) for view in (me, me_async, pay, maybe, maybe_async)]


@pytest.fixture(autouse=True)
def configured(issuer: FakeIssuer) -> Iterator[None]:
    with issuer.verifier() as verifier, override_settings(TENURE_VERIFIER=verifier):
        yield


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("view", ["me", "me_async", "maybe", "maybe_async"])
async def test_a_session_reaches_sync_and_async_views(issuer: FakeIssuer, view: str) -> None:
    for token in (issuer.token(), issuer.session_token()):
        answer = await AsyncClient().get(f"/{view}", headers=bearer(token))
        assert answer.json() == {"user": "ann"}


@pytest.mark.parametrize("view", ["me", "me_async", "maybe", "maybe_async"])
def test_the_same_through_wsgi(issuer: FakeIssuer, view: str) -> None:
    assert Client().get(f"/{view}", headers=bearer(issuer.token())).json() == {"user": "ann"}


@pytest.mark.parametrize("view", ["me", "me_async"])
def test_the_whole_answer_of_a_refusal(issuer: FakeIssuer, view: str) -> None:
    answer = Client().get(f"/{view}", headers=bearer(issuer.token(ttl_seconds=-1)))
    assert answer.status_code == 401
    assert answer.json() == {
        "code": "expired",
        "error": "The token has expired.",
        "hint": "Refresh it, and try again. https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md#expired",
        "refreshable": True,
    }
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token", error_description="The token has expired."'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("view", ["me", "me_async"])
def test_callers_without_a_token_are_told_of_no_error(issuer: FakeIssuer, view: str) -> None:
    for sent in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": f"Bearer {issuer.token()}, Bearer x"}):
        answer = Client().get(f"/{view}", headers=sent)
        assert (answer.status_code, answer.json()["code"], answer.headers["WWW-Authenticate"]) == (401, "missing_token", "Bearer")


def test_an_outage_is_no_401(issuer: FakeIssuer) -> None:
    issuer.unavailable = True
    answer = Client().get("/me", headers=bearer(issuer.token()))
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "keys_unavailable", "2")
    assert "WWW-Authenticate" not in answer.headers
    assert Client().get("/maybe", headers=bearer(issuer.token())).json() == {"user": None}


def test_a_sign_in_that_is_too_old_says_what_would_do(issuer: FakeIssuer) -> None:
    answer = Client().get("/pay", headers=bearer(issuer.token(claims={"auth_time": 1})))
    assert answer.headers["WWW-Authenticate"].endswith('max_age="60"')


def test_optional_sessions_and_views_without_any(issuer: FakeIssuer) -> None:
    assert Client().get("/maybe").json() == {"user": None}
    assert Client().get("/maybe", headers=bearer("x")).json() == {"user": None}


def test_an_ended_session_is_refused(issuer: FakeIssuer) -> None:
    token = issuer.token()
    assert Client().get("/me", headers=bearer(token)).status_code == 200
    issuer.end_session("s_1")
    issuer.wait_until_heard(settings.TENURE_VERIFIER)
    answer = Client().get("/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked")


def test_without_the_setting_the_environment_is_asked_once(issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in issuer.environ.items():
        monkeypatch.setenv(name, value)
    adapter._made_from_env.cache_clear()
    with override_settings(TENURE_VERIFIER=None):
        assert adapter.verifier() is adapter.verifier()
        assert Client().get("/me", headers=bearer(issuer.token())).json() == {"user": "ann"}
        adapter.verifier().close()
    adapter._made_from_env.cache_clear()


def test_a_setting_of_another_kind_is_said() -> None:
    with override_settings(TENURE_VERIFIER="x"), pytest.raises(ConfigurationError, match="TENURE_VERIFIER"):
        Client().get("/me")


def test_a_view_keeps_its_name_and_arguments(issuer: FakeIssuer) -> None:
    @require()
    def named(request: HttpRequest, one: int, *, two: int) -> Any:
        """Says."""
        return HttpResponse(str(one + two))

    assert (named.__name__, named.__doc__) == ("named", "Says.")
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = f"Bearer {issuer.token()}"
    assert named(request, 1, two=2).content == b"3"
