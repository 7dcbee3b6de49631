"""Puts what the server knows in the place of what was made up: a request for a session that there is not reaches little.

Only values that the document allows are replaced, and of those three in four: the rest is asked as it was made up.
"""

import itertools
import json
import os

import requests
import schemathesis

if "TENURE_READY" not in os.environ:
    raise SystemExit("TENURE_READY is not set: start this with testing/schemathesis/run.sh")
SERVER = json.loads(os.environ["TENURE_READY"])

KEY = {"Authorization": f"Bearer {SERVER['api_key']}"}
# Its settings are changed; those of the other app are not, so that sessions go on being opened there.
SETTINGS_APP = "settings"
USERS = ("ann", "bob", "ann@example.com", "a b/c?d")

# Where nobody listens: a made-up name may be somebody's.
NOBODY = "http://127.0.0.1:4318/"

_numbers = itertools.count()


def manage(method, path, body=None):
    """Asks as an operator; what is asked here succeeds."""
    response = requests.request(method, SERVER["url"] + path, json=body, headers=KEY, timeout=30)
    assert response.ok, f"{method} {path} answers {response.status_code}: {response.text}"
    return response.json() if response.content else None


def sign_in():
    user = USERS[next(_numbers) % len(USERS)]
    return manage("POST", f"/v1/apps/{SERVER['app_id']}/sessions", {"user_id": user})["auth_result"]


def new_app(**chosen):
    return manage("POST", "/v1/apps", {"name": "Made for one request", **chosen})["app"]["id"]


def new_api_key():
    made = manage("POST", f"/v1/apps/{SERVER['app_id']}/api-keys", {"name": "for one request", "role": "verify"})
    return made["id"]


def a_webhook():
    at = f"/v1/apps/{SERVER['app_id']}/webhooks"
    there = manage("GET", at)["webhooks"]
    return (there[0] if there else manage("POST", at, {"url": NOBODY}))["id"]


if requests.get(f"{SERVER['url']}/v1/apps/{SETTINGS_APP}", timeout=30).status_code == 404:
    new_app(id=SETTINGS_APP)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.path.startswith("/v1/apps/{app}/session-settings") or "/signing-keys" in case.path:
        case.path_parameters["app"] = SETTINGS_APP
    if case.method == "DELETE" and case.path == "/v1/apps/{app}":
        case.path_parameters["app"] = new_app()
    if "/me/sessions" in case.path:
        case.headers["Authorization"] = f"Bearer {sign_in()['auth_token']}"
    if case.path.endswith("/events"):
        case.headers["Accept"] = "application/json"  # As a stream it has no end.
    if "/webhooks" in case.path and isinstance(case.body, dict) and str(case.body.get("url")).startswith("http"):
        case.body["url"] = NOBODY
    meta = case.meta
    made_to_be_wrong = meta is not None and not meta.generation.mode.is_positive
    if made_to_be_wrong or next(_numbers) % 4 == 0:
        return
    for values in (case.path_parameters, case.query, case.body):
        known(values, case.path)
    if isinstance(case.body, dict):
        known(case.body.get("filter"), case.path)


def known(values, path):
    """Replaces the values whose names say what they are."""
    if not isinstance(values, dict):
        return
    for name in {"sid", "session_id", "except", "cursor"} & values.keys():
        values[name] = sign_in()["session_id"]
    for name in {"refresh_token"} & values.keys():
        values[name] = sign_in()["refresh_token"]
    for name in {"uid", "user_id"} & values.keys():
        values[name] = USERS[next(_numbers) % len(USERS)]
    if "token" in values:
        kind = ("refresh_token", "auth_token")[next(_numbers) % 2]
        values["token"] = sign_in()[kind]
    if "id" in values and path.endswith("/api-keys/{id}"):
        values["id"] = new_api_key()
    if "id" in values and "/webhooks/{id}" in path:
        values["id"] = a_webhook()


@schemathesis.hook
def after_call(context, case, response):
    # Failures are limited by the minute, and whoever is held off sees no other answer.
    if response.status_code == 429:
        manage("POST", "/dev/clock", {"advance_seconds": 60})


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # Whoever guesses keys too often is held off: that is a refusal, too.
    return not (response.status_code == 429 and "authentication" in failure.title)
