"""The rules for readers of the feed, on the state machine alone: no thread, no clock, no network."""

from typing import Any

import pytest

from course import Player

A, B = "00000000c0ffee00", "00000000deadbeef"
T = 1_764_111_600


def message(after: int | None, cursor: int, entries: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    of = more.pop("of", A)
    reset = {"reset": "start"} if after is None else {}
    made = {
        "after": None if after is None else f"{of}-{after}",
        "cursor": f"{of}-{cursor}",
        "head": f"{of}-{cursor}",
        "as_of": T,
        "entries": entries or [],
    }
    return {**made, **reset, **more}


def sid(n: int, session: str, until: int = T + 330) -> dict[str, Any]:
    return {"n": n, "at": T, "until": until, "sid": session}


def heard(wire: dict[str, Any], outcome: str) -> dict[str, Any]:
    return {"message": wire, "outcome": outcome}


def token(verdict: str, *, session: str | None = "s_1", user: str = "ann", iat: float = T, kid: str = "k") -> dict[str, Any]:
    return {"token": {"sid": session, "sub": user, "iat": iat, "kid": kid}, "verdict": verdict}


START = heard(message(None, 40), "reset")


def test_before_the_first_message_a_reader_is_stale_and_not_empty() -> None:
    Player().play([{"fresh": False}, {"cursor": None}, {"begin": 1}, START, {"fresh": True}, {"cursor": f"{A}-40"}])


def test_each_subject_refuses_what_it_names_and_nothing_else() -> None:
    entries: list[dict[str, Any]] = [
        sid(41, "s_1"),
        {"n": 42, "at": T, "until": T + 9, "sub": "bob", "iat": T},
        {"n": 43, "at": T, "until": T + 9, "kid": "bad"},
    ]
    Player().play(
        [
            START,
            heard(message(40, 43, entries), "applied"),
            token("revoked", iat=T + 99),
            token("valid", session="s_2"),
            token("valid", session=None),
            token("revoked", session="s_2", user="bob"),
            token("revoked", session=None, user="bob", iat=T - 1),
            token("valid", session=None, user="bob", iat=T + 1),
            token("valid", session=None, user="bob", iat=T + 0.5),
            token("revoked", session=None, kid="bad"),
            heard(message(43, 44, [{"n": 44, "at": T, "until": T + 9, "app": "demo", "iat": T}]), "applied"),
            token("revoked", session=None, user="eve"),
            token("valid", session=None, user="eve", iat=T + 1),
            heard(message(44, 45, [{"n": 45, "at": T, "until": T + 9, "app": "other", "iat": T + 5}]), "applied"),
            token("valid", session=None, user="eve", iat=T + 1),
        ]
    )


def test_two_ends_of_a_user_add_up_in_either_order() -> None:
    for times in ((T, T + 10), (T + 10, T)):
        ends = [{"n": 41 + n, "at": T, "until": T + 9, "sub": "ann", "iat": iat} for n, iat in enumerate(times)]
        Player().play([START, heard(message(40, 42, ends), "applied"), token("revoked", iat=T + 10), token("valid", iat=T + 11)])


def test_messages_count_once_in_order_and_without_a_gap() -> None:
    late = message(40, 42, [sid(41, "s_1"), sid(42, "s_2")])
    Player().play(
        [
            heard(message(40, 41), "foreign"),
            {"cursor": None},
            START,
            heard(message(42, 43, [sid(43, "s_3")]), "gap"),
            {"cursor": f"{A}-40"},
            token("valid", session="s_3"),
            heard(message(40, 41, [sid(41, "s_1")]), "applied"),
            heard(late, "applied"),
            heard(late, "seen"),
            heard(message(39, 40), "seen"),
            heard(message(42, 42), "quiet"),
            {"entries": 2},
        ]
    )


def test_another_store_is_no_part_of_this_one_and_old_entries_outlive_a_reset() -> None:
    Player().play(
        [
            START,
            heard(message(40, 41, [sid(41, "s_1")]), "applied"),
            heard(message(40, 41, [sid(41, "s_2")], of=B), "foreign"),
            token("valid", session="s_2"),
            heard(message(None, 3, [sid(2, "s_3")], of=B, reset="other_store"), "reset"),
            token("revoked", session="s_1"),
            token("revoked", session="s_3"),
            {"cursor": f"{B}-3"},
            heard(message(None, 1, [], of=B, reset="fell_behind"), "reset"),
            token("revoked", session="s_1"),
            {"entries": 2},
        ]
    )


def test_entries_are_forgotten_when_no_token_can_be_valid_any_more() -> None:
    Player().play(
        [
            {"wall": T},
            START,
            heard(message(40, 42, [sid(41, "s_1", until=T + 10), sid(42, "s_2", until=T + 50)]), "applied"),
            {"advance": 41},
            {"entries": 2},  # the server has not said how late it is
            heard(message(42, 42, as_of=T + 40), "quiet"),
            {"entries": 2},
            heard(message(42, 42, as_of=T + 41), "quiet"),
            {"entries": 1},
            token("valid"),
            token("revoked", session="s_2"),
        ]
    )


def test_an_entry_that_was_said_again_lives_as_long_as_the_longer_one() -> None:
    again = [sid(41, "s_1", until=T + 10), sid(42, "s_1", until=T + 50)]
    Player().play(
        [
            {"wall": T},
            START,
            heard(message(40, 42, again), "applied"),
            {"advance": 41},
            heard(message(42, 42, as_of=T + 41), "quiet"),
            {"entries": 1},
            token("revoked"),
        ]
    )


def test_freshness_goes_by_the_beginning_of_a_connection_and_by_no_wall_clock() -> None:
    Player().play(
        [
            {"begin": 1},
            {"advance": 8},
            START,  # made after the beginning, and perhaps 8 s ago
            {"wall": 5},
            {"fresh": True},
            {"advance": 2},
            {"fresh": True},
            {"advance": 0.5},
            {"fresh": False},
            heard(message(40, 40, as_of=T), "quiet"),
            {"fresh": False},
            heard(message(40, 40, as_of=T + 3), "quiet"),
            {"fresh": True},
            {"advance": 2.5},
            {"fresh": True},
            {"advance": 0.5},
            {"fresh": False},
        ]
    )


def test_a_server_whose_clock_leaps_makes_nothing_fresher_than_now() -> None:
    Player().play(
        [
            {"begin": 1},
            START,
            {"advance": 1},
            heard(message(40, 40, as_of=T + 10_000), "quiet"),
            {"advance": 10},
            {"fresh": True},
            {"advance": 0.1},
            {"fresh": False},
        ]
    )


def test_what_was_seen_makes_nothing_fresher() -> None:
    Player().play(
        [
            {"begin": 1},
            START,
            {"advance": 11},
            {"begin": 1},
            heard(message(39, 40, as_of=T + 11), "seen"),
            {"fresh": False},
            heard(message(40, 40, as_of=T + 11), "quiet"),
            {"fresh": True},
        ]
    )


def test_a_reader_that_has_not_reached_the_head_is_stale() -> None:
    behind = message(None, 40, head=f"{A}-50")
    Player().play([{"begin": 1}, heard(behind, "reset"), {"fresh": False}, heard(message(40, 50), "applied"), {"fresh": True}])


def test_a_reader_that_falls_behind_the_head_is_stale_at_once() -> None:
    Player().play([START, heard(message(40, 41, head=f"{A}-90", as_of=T + 1), "applied"), {"fresh": False}])


GOOD = message(40, 41, [sid(41, "s_1")])
BAD: list[dict[str, Any]] = [
    {"after": 1},
    {"after": f"{A}-041"},
    {"after": f"{A.upper()}-40"},
    {"after": f"{B}-40"},
    {"after": f"{A}-42"},
    {"after": None},
    {"cursor": None},
    {"cursor": f"{A}-"},
    {"cursor": f"{A}-40"},
    {"head": f"{A}-40"},
    {"head": f"{B}-41"},
    {"as_of": "1"},
    {"as_of": True},
    {"as_of": 1.5},
    {"as_of": -1},
    {"reset": "start"},
    {"entries": None},
    {"entries": {}},
    {"entries": [1]},
    {"entries": [{"n": 41, "at": T, "until": T}]},
    {"entries": [{**sid(41, "s_1"), "kid": "k"}]},
    {"entries": [{**sid(41, "s_1"), "sub": None}]},
    {"entries": [sid(41, "")]},
    {"entries": [{**sid(41, "s_1"), "sid": 7}]},
    {"entries": [{**sid(41, "s_1"), "until": "x"}]},
    {"entries": [{**sid(41, "s_1"), "n": True}]},
    {"entries": [{"n": 41, "at": T, "until": T, "sub": "ann"}]},
    {"entries": [{"n": 41, "at": T, "until": T, "app": "demo", "iat": 1.5}]},
    {"entries": [sid(40, "s_1")]},
    {"entries": [sid(42, "s_1")]},
    {"entries": [sid(41, "s_1"), sid(41, "s_2")]},
]


@pytest.mark.parametrize("wrong", BAD)
def test_a_message_of_another_shape_is_refused_as_a_whole(wrong: dict[str, Any]) -> None:
    Player().play([START, heard({**GOOD, **wrong}, "refused"), {"cursor": f"{A}-40"}, {"entries": 0}, token("valid")])


def test_text_that_is_no_message_is_refused_and_unknown_members_are_not() -> None:
    for text in ("", "{", "[]", "null", '{"after":null,"after":null}', "<html>", " " * (1024 * 1024 + 1)):
        Player().play([START, {"text": text, "outcome": "refused"}, {"cursor": f"{A}-40"}])
    Player().play(
        [START, heard({**GOOD, "later": {"x": 1}, "entries": [{**sid(41, "s_1"), "why": "?"}]}, "applied"), token("revoked")]
    )


def test_more_entries_than_a_verifier_holds_make_it_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenure_verify.feed.state.MAX_FEED_ENTRIES", 2)
    many = [sid(41 + n, f"s_{n}") for n in range(3)]
    Player().play([START, {"fresh": True}, heard(message(40, 43, many), "full"), {"fresh": False}, {"cursor": f"{A}-40"}])


def test_what_is_said_again_takes_no_more_room() -> None:
    player = Player()
    for _ in range(50):
        player.play([heard(message(None, 41, [sid(41, "s_1")]), "reset")])
    assert len(player.state._by_until) == 1
    player.play([heard(message(41, 42, [sid(42, "s_1", T + 400)], as_of=T + 1), "applied")])
    player.play([{"advance": 361}, heard(message(42, 42, as_of=T + 361), "quiet"), {"entries": 1}])
    player.play([{"advance": 70}, heard(message(42, 42, as_of=T + 431), "quiet"), {"entries": 0}])
