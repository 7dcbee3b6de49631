"""A message of the feed, exactly of the shape that the reference gives, or refused as a whole."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from ..limits import MAX_MESSAGE_BYTES
from ..strict_json import NotStrict, parse_object

_CURSOR = re.compile(r"([0-9a-f]{16})-(0|[1-9][0-9]{0,18})")

Kind = Literal["sid", "sub", "app", "kid"]
_KINDS: tuple[Kind, ...] = ("sid", "sub", "app", "kid")
_RESETS = ("start", "fell_behind", "other_store")


class BadMessage(ValueError):
    """This is no message of the feed."""


@dataclass(frozen=True)
class Cursor:
    """A place in the feed of one store. Numbers are only compared within one incarnation."""

    incarnation: str
    n: int

    def __str__(self) -> str:
        return f"{self.incarnation}-{self.n}"


@dataclass(frozen=True)
class Entry:
    """What is refused, and until when that may matter. `iat` is there for `sub` and `app`. Unix seconds."""

    n: int
    until: int
    kind: Kind
    subject: str
    iat: int | None


@dataclass(frozen=True)
class Message:
    """Everything after `after` up to and with `cursor`; `after` is `None` where it begins anew."""

    after: Cursor | None
    cursor: Cursor
    head: Cursor
    as_of: int
    entries: tuple[Entry, ...]
    reset: str | None


def parse(text: bytes) -> Message:
    """The message that `text` is, or :class:`BadMessage`. Members that are not known are ignored."""
    if len(text) > MAX_MESSAGE_BYTES:
        raise BadMessage("larger than 1 MiB")
    try:
        members = parse_object(text)
    except NotStrict as error:
        raise BadMessage(str(error)) from None
    if "after" not in members or not isinstance(members.get("entries"), list):
        raise BadMessage("no `after` or no `entries`")
    after = None if members["after"] is None else _cursor(members["after"])
    message = Message(
        after=after,
        cursor=_cursor(members.get("cursor")),
        head=_cursor(members.get("head")),
        as_of=_whole(members.get("as_of"), "as_of"),
        entries=tuple(map(_entry, members["entries"])),
        reset=_reset(members, after),
    )
    _check_order(message)
    return message


def _reset(members: dict[str, Any], after: Cursor | None) -> str | None:
    if ("reset" in members) != (after is None):
        raise BadMessage("`reset` is there exactly where `after` is null")
    reset = members.get("reset")
    if after is None and reset not in _RESETS:
        raise BadMessage("a `reset` that is none")
    return None if reset is None else str(reset)


def _check_order(message: Message) -> None:
    if message.head.incarnation != message.cursor.incarnation or message.head.n < message.cursor.n:
        raise BadMessage("`head` is before `cursor`")
    last = 0
    if message.after is not None:
        if message.after.incarnation != message.cursor.incarnation or message.after.n > message.cursor.n:
            raise BadMessage("`after` is beyond `cursor`")
        last = message.after.n
    for entry in message.entries:
        if not last < entry.n <= message.cursor.n:
            raise BadMessage("an entry out of order")
        last = entry.n


def _entry(value: object) -> Entry:
    if not isinstance(value, dict):
        raise BadMessage("an entry that is no object")
    named = [kind for kind in _KINDS if kind in value]
    if len(named) != 1:
        raise BadMessage("an entry that names no subject, or several")
    kind = named[0]
    subject = value[kind]
    if not isinstance(subject, str) or not subject:
        raise BadMessage(f"an entry whose `{kind}` is no text")
    iat = _whole(value.get("iat"), "iat") if kind in ("sub", "app") else None
    _whole(value.get("at"), "at")
    return Entry(_whole(value.get("n"), "n"), _whole(value.get("until"), "until"), kind, subject, iat)


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadMessage(f"`{name}` is no whole number")
    return value


def _cursor(value: object) -> Cursor:
    match = _CURSOR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadMessage("a cursor that is none")
    return Cursor(match[1], int(match[2]))
