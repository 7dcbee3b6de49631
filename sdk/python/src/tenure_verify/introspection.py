"""The issuer is asked what a token means now (RFC 7662)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

from .clock import Clock
from .complaint import Complaint
from .errors import Refused, Unavailable
from .http import Http, Trouble
from .limits import INTROSPECTION_THREADS, MAX_INTROSPECTION_BYTES
from .secret import Secret
from .strict_json import NotStrict, is_time, parse_object
from .waiting import Flight, Plan


class Introspection:
    """Asks in threads of its own, at most `INTROSPECTION_THREADS` at once; who waits too long for one is told so."""

    def __init__(self, http: Http, api_key: Secret, clock: Clock) -> None:
        self._http = http
        self._api_key = api_key
        self._failed = Complaint(clock, "the issuer could not be asked about a token: %s")
        self._threads = ThreadPoolExecutor(INTROSPECTION_THREADS, thread_name_prefix="tenure-introspection")

    def ask(self, token: str) -> Plan[Mapping[str, Any]]:
        """What the issuer says of an active token.

        :class:`Refused` `revoked` where it is not active, :class:`Unavailable` `introspection_unavailable` where nobody says so.
        """
        said: list[Mapping[str, Any]] = []
        flight: Flight = self._threads.submit(self._fetch, token, said)
        yield flight
        if flight.done() and not flight.cancelled():
            flight.result()  # what should not be possible is shown, and is no outage
        if not said:
            raise Unavailable("introspection_unavailable")
        if not said[0]["active"]:
            raise Refused("revoked")
        return {name: member for name, member in said[0].items() if name != "active"}

    def close(self) -> None:
        """What is under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, token: str, said: list[Mapping[str, Any]]) -> None:
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._api_key.reveal()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            body = urlencode({"token": token})
            response = self._http.fetch("POST", "/oauth/introspect", headers, MAX_INTROSPECTION_BYTES, body=body)
            said.append(_parse(response.body))
        except (Trouble, NotStrict) as error:
            self._failed.say(error)


def _parse(text: bytes) -> Mapping[str, Any]:
    answer = parse_object(text)
    if not isinstance(answer.get("active"), bool):
        raise NotStrict("no `active`")
    if answer["active"] and not (isinstance(answer.get("sub"), str) and answer["sub"] and is_time(answer.get("exp"))):
        raise NotStrict("no `sub` or no `exp`")
    if not isinstance(answer.get("sid", ""), str):
        raise NotStrict("a `sid` that is no text")
    return answer
