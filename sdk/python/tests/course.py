"""Plays a course of the feed, as `vectors/feed.json` and the tests here write it, on the pure state machine."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tenure_verify.feed.message import BadMessage, parse
from tenure_verify.feed.state import Connection, FeedState
from tenure_verify.limits import STALE_AFTER_SECONDS

# What a reader's clock shows at the beginning.
BEGUN_AT = 1_764_111_600

Step = Mapping[str, Any]


class Player:
    """A reader that begins empty at monotonic time 0."""

    def __init__(self, app: str = "demo") -> None:
        self.state = FeedState(app)
        self._now = 0.0
        self._wall = float(BEGUN_AT)
        self._connection = Connection(begun=0.0)

    def play(self, steps: Iterable[Step]) -> None:
        """Every step, with what it expects."""
        for number, step in enumerate(steps):
            got, expected = self._step(step)
            assert got == expected, f"step {number}, {step}: {got}"

    def _step(self, step: Step) -> tuple[object, object]:
        state = self.state
        if "begin" in step:
            self._connection = Connection(begun=self._now)
        elif "advance" in step:
            self._now += step["advance"]
            self._wall += step["advance"]
        elif "wall" in step:
            self._wall = step["wall"]
        elif "message" in step:
            text = json.dumps(step["message"]).encode()
            return self._arrives(text.ljust(step.get("bytes", 0))), step["outcome"]
        elif "text" in step or "repeat" in step:
            said: str = step["text"] if "text" in step else step["repeat"][0] * step["repeat"][1]
            return self._arrives(said.encode()), step["outcome"]
        elif "token" in step:
            token = step["token"]
            revoked = state.revokes(sid=token.get("sid"), sub=token["sub"], iat=token["iat"], kid=token.get("kid"))
            return ("revoked" if revoked else "valid"), step["verdict"]
        elif "fresh" in step:
            return state.is_fresh(self._now, STALE_AFTER_SECONDS), step["fresh"]
        elif "cursor" in step:
            return (None if state.cursor is None else str(state.cursor)), step["cursor"]
        elif "entries" in step:
            state.forget(self._wall)
            return state.count(), step["entries"]
        else:
            raise AssertionError(f"a step that nobody knows: {step}")
        return None, None

    def _arrives(self, text: bytes) -> str:
        try:
            message = parse(text)
        except BadMessage:
            return "refused"
        return self.state.apply(message, self._connection, self._now, self._wall)
