"""How one piece of code waits in threads and in event loops: it yields what it waits for, and its caller knows how."""

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

from .limits import WAIT_SECONDS

T = TypeVar("T")

# Something that is under way elsewhere. Its end is waited for, not its result: that is read where it is written down.
Flight = Future[None]
Plan = Generator[Flight, None, T]


def run(plan: Plan[T]) -> T:
    """The plan's result; blocks this thread for at most `WAIT_SECONDS` each time that it waits."""
    try:
        flight = next(plan)
        while True:
            try:
                flight.result(WAIT_SECONDS)
            except FutureTimeout:
                flight.cancel()
            flight = next(plan)
    except StopIteration as done:
        result: T = done.value
        return result


async def run_async(plan: Plan[T]) -> T:
    """The plan's result; other tasks go on meanwhile. Works in whichever event loop it is called."""
    try:
        flight = next(plan)
        while True:
            ended, _ = await asyncio.wait([asyncio.wrap_future(_followed(flight))], timeout=WAIT_SECONDS)
            if not ended:
                flight.cancel()
            flight = next(plan)
    except StopIteration as done:
        result: T = done.value
        return result


def take_off(name: str, work: Callable[[], None]) -> Flight:
    """Does `work` in a thread of its own, which keeps no process alive. `work` reports by itself; it does not raise."""
    flight = Flight()
    flight.set_running_or_notify_cancel()  # from here on nobody who gave up waiting can cancel it for the others

    def fly() -> None:
        try:
            work()
        finally:
            flight.set_result(None)

    threading.Thread(target=fly, name=name, daemon=True).start()
    return flight


def _followed(flight: Flight) -> Flight:
    """A future of one's own that ends when `flight` does: cancelling it cancels nobody else's."""
    follower = Flight()

    def end(_: Flight) -> None:
        if follower.set_running_or_notify_cancel():
            follower.set_result(None)

    flight.add_done_callback(end)
    return follower
