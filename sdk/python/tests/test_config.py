"""What a verifier and a policy are told, and what they say when that is wrong."""

import copy
import pickle
from typing import Any

import pytest

from support import Rogue
from tenure_verify import ConfigurationError, Policy, Verifier
from tenure_verify.bearer import bearer
from tenure_verify.secret import Secret
from tenure_verify.testing import FakeIssuer

ISSUER = "https://id.example/v1/apps/demo"


@pytest.mark.parametrize(
    "issuer",
    ["", "demo", "ftp://x/demo", "https://", "https://id.example", "https://id.example/", f"{ISSUER}/", f"{ISSUER}?a=b",
     f"{ISSUER}#x", "https://u:p@id.example/demo", "http://id.example/demo", "https://id.example:99999/demo", "https://[::1/x"],
)  # fmt: skip
def test_an_issuer_that_is_none_is_said(issuer: str) -> None:
    with pytest.raises(ConfigurationError, match="issuer"):
        Verifier(issuer)


@pytest.mark.parametrize("issuer", [ISSUER, "http://localhost:7070/v1/apps/a", "http://127.0.0.1/a", "http://[::1]:1/a"])
def test_https_anywhere_and_http_on_this_machine(issuer: str) -> None:
    assert Verifier(issuer).feed_cursor() is None


def test_from_env_takes_four_variables_and_needs_one() -> None:
    verifier = Verifier.from_env(environ={"TENURE_ISSUER": ISSUER, "TENURE_API_KEY": "tk_1", "TENURE_AUDIENCE": "orders"})
    config = verifier._engine._config
    assert (config.issuer, config.app, config.audience) == (ISSUER, "demo", "orders")
    assert config.api_key is not None
    assert config.api_key.reveal() == "tk_1"
    bare = Verifier.from_env(environ={"TENURE_ISSUER": ISSUER})._engine._config
    assert (bare.api_key, bare.audience) == (None, "demo")
    with pytest.raises(ConfigurationError, match="TENURE_ISSUER is not set"):
        Verifier.from_env(environ={})


@pytest.mark.parametrize("name", ["TENURE_ISSUER", "TENURE_API_KEY", "TENURE_AUDIENCE", "TENURE_JWKS_FILE"])
def test_a_variable_that_is_set_to_nothing_is_said(name: str) -> None:
    # A secret that was not filled in must not be a verifier that looks at no feed.
    with pytest.raises(ConfigurationError, match=f"{name} is empty"):
        Verifier.from_env(environ={"TENURE_ISSUER": ISSUER, name: ""})


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": ""},
        {"api_key": "tk 1"},
        {"api_key": "tk\n"},
        {"audience": ""},
        {"exp_skew_seconds": 31},
        {"exp_skew_seconds": -1},
    ],
)
def test_other_options_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Verifier(ISSUER, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"revocation": "maybe"},
        {"on_stale": "maybe"},
        {"stale_after": 0},
        {"stale_after": float("nan")},
        {"max_age": -1},
        {"max_age": True},
        {"acr_values": "gold"},
        {"acr_values": ("a b",)},
        {"acr_values": ('a"',)},
        {"acr_values": ("a\\",)},
    ],
)
def test_a_policy_that_means_nothing_is_said(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Policy(**wrong)


def test_a_verifier_is_not_made_with_a_policy_that_it_cannot_follow() -> None:
    with pytest.raises(ConfigurationError, match="TENURE_API_KEY"):
        Verifier(ISSUER, policy=Policy(revocation="feed"))
    assert Verifier(ISSUER, api_key="tk_1", policy=Policy(revocation="feed")).feed_cursor() is None


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("tk_1")
    assert "tk_1" not in f"{secret} {secret!r} {Verifier(ISSUER, api_key='tk_1')._engine._config}"
    for leak in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            leak(secret)


@pytest.mark.parametrize(
    ("values", "token"),
    [
        (["Bearer a.b.c"], "a.b.c"),
        (["bearer a.b.c"], "a.b.c"),
        (["BEARER  a.b.c "], "a.b.c"),
        ([], ""),
        ([""], ""),
        (["Bearer"], ""),
        (["Bearer "], ""),
        (["Basic YTpi"], ""),
        (["a.b.c"], ""),
        (["Bearer a", "Bearer b"], ""),
        (["Bearer a, Bearer b"], ""),
        (["Bearera.b.c"], ""),
        (["Bearer\ta.b.c"], ""),
    ],
)
def test_a_request_carries_one_token_in_one_place(values: list[str], token: str) -> None:
    assert bearer(values) == token


def test_a_proxy_is_not_told_the_api_key_of_an_issuer_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Rogue() as proxy, FakeIssuer() as issuer:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.issuer)
        with Verifier(issuer.issuer, api_key=issuer.api_key) as verifier:
            assert verifier.verify(issuer.token(), Policy(revocation="introspect")).user_id == "ann"
        assert proxy.asked == []
