"""The vectors of `vectors/`, which hold every verifier to one contract."""

import json
from pathlib import Path
from typing import Any

import pytest

from course import Player
from support import FakeClock
from tenure_verify import Policy, Refused, Verifier

VECTORS = Path(__file__).parents[3] / "vectors"
KNOWN = {"name", "why", "keys", "issuer", "audience", "now", "require", "token", "verdict", "claims"}


def read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


KEYS = read("keys.json")
TOKENS = read("tokens.json")
COURSES = read("feed.json")


def test_there_are_vectors() -> None:
    assert len(TOKENS) > 100
    assert len(COURSES) > 50
    assert {vector["verdict"] for vector in TOKENS} > {"valid", "bad_signature", "malformed_token"}


@pytest.mark.parametrize("vector", TOKENS, ids=[vector["name"] for vector in TOKENS])
def test_a_token_has_the_verdict_of_its_vector(vector: dict[str, Any], clock: FakeClock, tmp_path: Path) -> None:
    assert set(vector) <= KNOWN
    assert set(vector.get("require", {})) <= {"max_age", "acr_values"}
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(KEYS[vector["keys"]]))
    clock.wall = vector["now"]
    asked = vector.get("require", {})
    policy = Policy(max_age=asked.get("max_age"), acr_values=tuple(asked.get("acr_values", ())))
    with Verifier(vector["issuer"], audience=vector["audience"], jwks_file=keys, clock=clock) as verifier:
        for _ in range(2):  # the second time it may be remembered
            if vector["verdict"] == "valid":
                claims: dict[str, Any] = dict(verifier.verify(vector["token"], policy).claims)
                assert claims | vector.get("claims", {}) == claims
            else:
                with pytest.raises(Refused) as refused:
                    verifier.verify(vector["token"], policy)
                assert refused.value.code == vector["verdict"]


@pytest.mark.parametrize("course", COURSES, ids=[course["name"] for course in COURSES])
def test_a_course_of_the_feed_goes_as_its_vector(course: dict[str, Any]) -> None:
    assert set(course) == {"name", "why", "app", "steps"}
    Player(course["app"]).play(course["steps"])
