"""Each rule of `docs/reference/verifiers.md` for a token, by a token that breaks only that one."""

import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from support import Counted, FakeClock, encode
from tenure_verify import InsufficientAuthentication, Policy, Refused, Verifier
from tenure_verify.strict_json import NotStrict, parse_object
from tenure_verify.testing import FakeIssuer


def refusal(verifier: Verifier, token: str, policy: Policy | None = None) -> str:
    with pytest.raises(Refused) as refused:
        verifier.verify(token, policy)
    return refused.value.code


def claims(issuer: FakeIssuer) -> dict[str, Any]:
    payload: dict[str, Any] = jwt.decode(issuer.token(), options={"verify_signature": False})
    return payload


def parts(issuer: FakeIssuer) -> tuple[dict[str, Any], dict[str, Any], str]:
    token = issuer.token()
    return jwt.get_unverified_header(token), claims(issuer), token.rsplit(".", 1)[1]


def glued(header: object, payload: object, signature: str = "AAAA") -> str:
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(payload).encode())}.{signature}"


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256"])
def test_a_good_token_says_whose_it_is(alg: Any) -> None:
    with FakeIssuer(alg=alg) as issuer, Verifier(issuer.issuer) as verifier:
        verified = verifier.verify(issuer.token("ann", "s_9", claims={"plan": "pro"}))
    assert (verified.user_id, verified.session_id, verified.claims["aud"]) == ("ann", "s_9", ["demo"])
    assert dict(verified.claims)["plan"] == "pro"
    assert verified.expires_at == verified.claims["exp"]


def test_a_stateless_token_has_no_session(verifier: Verifier, issuer: FakeIssuer) -> None:
    assert verifier.verify(issuer.token(session_id=None)).session_id is None


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "missing_token"),
        ("a" * 8193, "too_large"),
        ("ä" * 4097, "too_large"),
        ("a" * 8192, "malformed_token"),
        ("a.b", "malformed_token"),
        ("a.b.c.d", "malformed_token"),
        ("..", "malformed_token"),
        ("tr1_abc", "malformed_token"),
        ("ts1_abc", "malformed_token"),
        ("\ud800.\ud800.\ud800", "malformed_token"),
    ],
)
def test_what_is_no_token_is_refused(verifier: Verifier, token: str, code: str) -> None:
    assert refusal(verifier, token) == code


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "header",
    [
        b'{"kid":"a","kid":"a"}',
        b'{"kid":"a","x":{"y":1,"y":1}}',
        b'{"kid":"a","x":NaN}',
        b'{"kid":"a","x":-Infinity}',
        b'{"kid":"a","x":1e999}',
        b'{"kid":"a","x":"\\ud800"}',
        b'{"kid":"a"} {}',
        b'\xef\xbb\xbf{"kid":"a"}',
        b'{"kid":"\xff"}',
        b'["kid"]',
        b"{}",
        b'{"kid":1}',
        b'{"kid":""}',
        b'{"kid":"a\\u0007"}',
        b'{"kid":"a\\u0085"}',
        json.dumps({"kid": "k" * 129}).encode(),
        json.dumps({"kid": "ä" * 65}, ensure_ascii=False).encode(),
        json.dumps({"kid": "a", "x": deep(16)}).encode(),
        b'{"kid":"a","x":' + b"[" * 3000 + b"]" * 3000 + b"}",
    ],
)
def test_a_header_that_is_not_strict_json_is_refused(verifier: Verifier, header: bytes) -> None:
    assert refusal(verifier, f"{encode(header)}.{encode(b'{}')}.AAAA") == "malformed_token"


def test_depth_is_counted_in_objects_and_arrays_not_in_brackets_of_text(verifier: Verifier) -> None:
    for harmless in ({"kid": "a", "x": deep(15)}, {"kid": "a", "x": '{"[' * 100}):
        assert refusal(verifier, glued(harmless, {"iss": "other"})) == "wrong_issuer"


@pytest.mark.parametrize("piece", ["e30=", "e3 0", "e30\n", "e+30", "e/30", "e31", "e", ""])
def test_base64url_is_canonical(verifier: Verifier, piece: str) -> None:
    good = encode(b'{"kid":"a"}')
    for token in (f"{piece}.{good}.AAAA", f"{good}.{piece}.AAAA", f"{good}.e30.{piece}"):
        assert refusal(verifier, token) == "malformed_token"


@pytest.mark.parametrize("member", ["jwk", "jku", "x5c", "x5u", "crit", "b64"])
def test_header_members_that_name_keys_or_change_meaning_are_refused(verifier: Verifier, issuer: FakeIssuer, member: str) -> None:
    header, payload, signature = parts(issuer)
    assert refusal(verifier, glued({**header, member: None}, payload, signature)) == "unsupported_header"


def test_the_issuer_is_compared_before_a_key_is_looked_for(verifier: Verifier, issuer: FakeIssuer, counted: Counted) -> None:
    for other in (issuer.issuer + "/", issuer.issuer.upper(), None, [issuer.issuer], ""):
        assert refusal(verifier, raw_signed(issuer, {**claims(issuer), "iss": other})) == "wrong_issuer"
    assert not any(name.startswith("jwks_fetch") for name in counted.counts)


def test_a_key_of_nobody_is_unknown(verifier: Verifier, issuer: FakeIssuer) -> None:
    assert refusal(verifier, issuer.sign(claims(issuer), {"kid": "nobody"})) == "unknown_key"


@pytest.mark.parametrize("alg", ["none", "HS256", "es256", "RS256", None, 1, ["ES256"]])
def test_the_key_says_the_algorithm_and_the_header_does_not(verifier: Verifier, issuer: FakeIssuer, alg: object) -> None:
    header, payload, signature = parts(issuer)
    assert refusal(verifier, glued({**header, "alg": alg}, payload, signature)) == "wrong_algorithm"


@pytest.mark.parametrize("typ", ["logout+jwt", "", "JWT ", "application/x", "application/application/jwt", "\u0130WT"])
def test_other_types_are_refused(verifier: Verifier, issuer: FakeIssuer, typ: str) -> None:
    assert refusal(verifier, issuer.sign(claims(issuer), {"typ": typ})) == "wrong_type"


def test_a_type_is_needed(verifier: Verifier, issuer: FakeIssuer) -> None:
    header, payload, signature = parts(issuer)
    del header["typ"]
    assert refusal(verifier, glued(header, payload, signature)) == "wrong_type"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"])
def test_both_types_are_good_in_any_letter_case(verifier: Verifier, issuer: FakeIssuer, typ: str) -> None:
    assert verifier.verify(issuer.sign(claims(issuer), {"typ": typ})).user_id == "ann"


def test_a_signature_of_something_else_is_bad(verifier: Verifier, issuer: FakeIssuer) -> None:
    header, payload, signature = parts(issuer)
    assert refusal(verifier, glued(header, {**payload, "sub": "eve"}, signature)) == "bad_signature"
    assert refusal(verifier, glued(header, payload, "AAAA")) == "bad_signature"
    assert refusal(verifier, glued(header, payload, encode(bytes(64)))) == "bad_signature"
    assert refusal(verifier, glued(header, payload, encode(bytes(65)))) == "bad_signature"


MALFORMED: list[Mapping[str, Any]] = [
    {"sub": ""},
    {"sub": 1},
    {"sub": None},
    {"jti": ""},
    {"jti": 5},
    {"client_id": ""},
    {"client_id": None},
    {"client_id": 1},
    {"exp": True},
    {"exp": "9999999999"},
    {"iat": False},
    {"iat": None},
    {"nbf": True},
    {"nbf": "0"},
    {"nbf": None},
    {"aud": 1},
    {"aud": ["demo", 1]},
    {"aud": {"demo": 1}},
    {"aud": None},
    {"sid": 1},
    {"sid": None},
]


@pytest.mark.parametrize("wrong", MALFORMED)
def test_claims_of_another_type_are_refused(verifier: Verifier, issuer: FakeIssuer, wrong: Mapping[str, Any]) -> None:
    assert refusal(verifier, raw_signed(issuer, {**claims(issuer), **wrong})) == "malformed_claims"


@pytest.mark.parametrize("missing", ["sub", "jti", "exp", "iat", "aud"])
def test_claims_that_are_missing_are_refused(verifier: Verifier, issuer: FakeIssuer, missing: str) -> None:
    without = claims(issuer)
    del without[missing]
    assert refusal(verifier, raw_signed(issuer, without)) == "malformed_claims"


def raw_signed(issuer: FakeIssuer, payload: Mapping[str, Any]) -> str:
    """Signs claims that a library refuses to sign."""
    return issuer.sign_text(json.dumps(payload).encode())


def test_an_id_token_is_no_auth_token(verifier: Verifier, issuer: FakeIssuer) -> None:
    for member in ("nonce", "at_hash", "c_hash"):
        assert refusal(verifier, issuer.sign({**claims(issuer), member: "x"})) == "not_an_auth_token"
    without = claims(issuer)
    del without["client_id"]
    assert refusal(verifier, issuer.sign(without)) == "not_an_auth_token"


def test_the_audience_is_one_of_those_named(verifier: Verifier, issuer: FakeIssuer) -> None:
    assert verifier.verify(issuer.token(claims={"aud": "demo"})).user_id == "ann"
    assert verifier.verify(issuer.token(claims={"aud": ["x", "demo"]})).user_id == "ann"
    for aud in ("Demo", "dem", [], ["x"], ["demo "]):
        assert refusal(verifier, issuer.token(claims={"aud": aud})) == "wrong_audience"
    with Verifier(issuer.issuer, audience="orders") as other:
        assert refusal(other, issuer.token()) == "wrong_audience"
        assert other.verify(issuer.token(claims={"aud": "orders"})).user_id == "ann"


def test_times_are_held_to_the_second(verifier: Verifier, issuer: FakeIssuer, clock: FakeClock) -> None:
    now = int(clock.now())
    clock.wall = float(now)
    for early in ({"nbf": now + 31}, {"iat": now + 31}):
        assert refusal(verifier, issuer.sign({**claims(issuer), **early})) == "not_yet_valid"
    for good in ({"nbf": now + 30}, {"iat": now + 30}, {"exp": now + 1}, {"exp": now + 0.5}):
        assert verifier.verify(issuer.sign({**claims(issuer), **good})).user_id == "ann"
    for late in ({"exp": now}, {"exp": now - 1}, {"exp": 0}):
        assert refusal(verifier, issuer.sign({**claims(issuer), **late})) == "expired"


def test_skew_for_the_end_is_none_unless_it_is_asked_for(issuer: FakeIssuer, clock: FakeClock) -> None:
    clock.wall = float(int(clock.wall))
    with Verifier(issuer.issuer, clock=clock, exp_skew_seconds=10) as verifier:
        assert verifier.verify(issuer.sign({**claims(issuer), "exp": clock.wall - 9})).user_id == "ann"
        assert refusal(verifier, issuer.sign({**claims(issuer), "exp": clock.wall - 10})) == "expired"


def test_a_route_may_ask_for_a_recent_or_strong_sign_in(verifier: Verifier, issuer: FakeIssuer, clock: FakeClock) -> None:
    clock.wall = float(int(time.time()))
    recent = Policy(max_age=60)
    assert verifier.verify(issuer.token(claims={"auth_time": clock.wall - 60}), recent).user_id == "ann"
    for signed_in in (clock.wall - 61, None, "0", True):
        token = raw_signed(issuer, {**claims(issuer), "auth_time": signed_in})
        with pytest.raises(InsufficientAuthentication) as refused:
            verifier.verify(token, recent)
        assert refused.value.headers["WWW-Authenticate"] == (
            'Bearer error="insufficient_user_authentication", '
            'error_description="This asks for a more recent or stronger sign-in.", max_age="60"'
        )
    strong = Policy(acr_values=("gold", "silver"))
    assert verifier.verify(issuer.token(claims={"acr": "silver"}), strong).user_id == "ann"
    for acr in ({}, {"acr": "bronze"}, {"acr": ["gold"]}):
        assert refusal(verifier, issuer.token(claims=acr), strong) == "insufficient_user_authentication"


def test_a_token_seen_before_is_judged_by_the_time_again(
    verifier: Verifier, issuer: FakeIssuer, clock: FakeClock, counted: Counted
) -> None:
    token = issuer.token(claims={"roles": ["a"]})
    first: dict[str, Any] = dict(verifier.verify(token).claims)
    first["roles"].append("admin")
    second: dict[str, Any] = dict(verifier.verify(token).claims)
    assert second["roles"] == ["a"]
    assert counted.counts["cache_hit"] == 1
    clock.advance(301)
    assert refusal(verifier, token) == "expired"
    assert counted.counts["verified"] == 2
    assert counted.counts["refused{expired}"] == 1


def test_hostile_tokens_are_not_remembered_and_good_ones_are_bounded(issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenure_verify.engine.MAX_CACHED_TOKENS", 3)
    with Verifier(issuer.issuer) as verifier:
        known = verifier._engine._known
        header, payload, signature = parts(issuer)
        for token in (
            glued(header, payload),
            glued(header, {**payload, "sub": "eve"}, signature),
            "x",
            issuer.token(ttl_seconds=-1),
        ):
            refusal(verifier, token)
        assert len(known) == 0
        for _ in range(5):
            verifier.verify(issuer.token())
        assert len(known) == 3


def test_text_that_never_ends_costs_no_more_than_its_length() -> None:
    # Brackets, so that the depth is looked at, and a string of quotes that are none, each of which could begin another.
    text = b"[" * 17 + b'"' + b'\\"' * 50_000
    began = time.perf_counter()
    with pytest.raises(NotStrict):
        parse_object(text)
    assert time.perf_counter() - began < 2
