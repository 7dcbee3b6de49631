"""How long to wait after trouble."""

from collections.abc import Callable

from ..limits import BACKOFF_FIRST_SECONDS, BACKOFF_MOST_SECONDS


class Backoff:
    """Doubles from a quarter of a second to ten, and draws from the whole of it, so that readers do not come back together."""

    def __init__(self, draw: Callable[[float, float], float]) -> None:
        self._draw = draw
        self._most = BACKOFF_FIRST_SECONDS

    def next_seconds(self) -> float:
        """How long to wait now."""
        most = self._most
        self._most = min(most * 2, BACKOFF_MOST_SECONDS)
        return self._draw(0.0, most)

    def reset(self) -> None:
        """Something good came."""
        self._most = BACKOFF_FIRST_SECONDS
