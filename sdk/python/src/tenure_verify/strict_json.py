"""JSON that means one thing only: no member twice, no NaN, no depth without an end."""

import json
import math
import re
from typing import Any, NoReturn, TypeGuard

from .limits import MAX_JSON_DEPTH, MAX_TIME_SECONDS

# One without an end goes on to the end: looked for again from each quote in it, it would cost the square of its length.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotStrict(ValueError):
    """The text is not one JSON object as this package reads them."""


def parse_object(text: bytes) -> dict[str, Any]:
    """The object that `text` is.

    Refused, as :class:`NotStrict`: anything but UTF-8, anything but one object, a member twice at any level (RFC 8725 §2.4),
    `NaN`, infinities and numbers beyond a double, half a surrogate pair, nesting deeper than `MAX_JSON_DEPTH`.
    """
    try:
        decoded = text.decode("utf-8")
        _refuse_depth(decoded)
        value = json.loads(decoded, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
        if _SURROGATE.search(decoded):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except NotStrict:
        raise
    except (ValueError, RecursionError) as error:
        raise NotStrict("not JSON") from error
    if not isinstance(value, dict):
        raise NotStrict("not an object")
    return value


def is_time(value: object) -> TypeGuard[int | float]:
    """Whether it is a number that can be Unix seconds: 0 to 2^53 - 1. Python counts `True` among numbers, JSON does not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MAX_TIME_SECONDS


def _refuse_depth(text: str) -> None:
    # Few texts have so many brackets at all; only those are looked at closely.
    if text.count("{") + text.count("[") <= MAX_JSON_DEPTH:
        return
    depth = 0
    for character in _STRING.sub("", text):
        if character in "{[":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise NotStrict("nested too deep")
        elif character in "}]":
            depth -= 1


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        raise NotStrict("a member twice")
    return made


def _refuse(constant: str) -> NoReturn:
    raise NotStrict(f"{constant} is not JSON")


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise NotStrict("a number beyond a double")
    return value
