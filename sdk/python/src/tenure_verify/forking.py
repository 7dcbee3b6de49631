"""A process that forks (gunicorn, uWSGI) has no threads in the child: what has some begins anew there."""

import os
import weakref
from collections.abc import Callable

_begin_anew: "weakref.WeakSet[Restart]" = weakref.WeakSet()


class Restart:
    """Calls `action` in each child process, before anything else runs there, as long as this object lives."""

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        _begin_anew.add(self)


def _after_fork() -> None:
    for restart in list(_begin_anew):
        restart.action()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
