"""Server-sent events, a line at a time, as far as the feed uses them: the data of each event."""

from collections.abc import Iterator

from ..limits import MAX_MESSAGE_BYTES
from .message import BadMessage

# `data: ` and the line's end beside the message itself.
_MAX_LINE_BYTES = MAX_MESSAGE_BYTES + 64


class EventParser:
    """Takes bytes as they arrive and gives the data of whole events. Holds at most one event of the largest size."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._searched = 0
        self._data = bytearray()
        self._has_data = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The events that `chunk` completes. :class:`BadMessage` when one is too large."""
        self._pending += chunk
        while (end := self._pending.find(b"\n", self._searched)) >= 0:
            line = bytes(self._pending[:end]).removesuffix(b"\r")
            del self._pending[: end + 1]
            self._searched = 0
            if line:
                self._take(line)
            elif self._has_data:
                event = bytes(self._data)
                self._data.clear()
                self._has_data = False
                yield event
        self._searched = len(self._pending)
        if len(self._pending) > _MAX_LINE_BYTES:
            raise BadMessage("a line larger than 1 MiB")

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name != b"data":
            return  # a comment, or the id, which is in the message as well
        if self._has_data:
            self._data += b"\n"
        self._data += value.removeprefix(b" ")
        self._has_data = True
        if len(self._data) > MAX_MESSAGE_BYTES:
            raise BadMessage("larger than 1 MiB")
