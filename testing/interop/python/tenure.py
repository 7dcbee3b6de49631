"""The running server, as run.sh hands it over, and what tests ask of its management API."""

import json
import os
from dataclasses import dataclass

import requests

if "TENURE_READY" not in os.environ:
    raise SystemExit("TENURE_READY is not set: start these tests with testing/interop/run.sh")
SERVER = json.loads(os.environ["TENURE_READY"])

# An API key that may do everything.
API_KEY = SERVER["api_key"]

ALGORITHMS = ("ES256", "EdDSA", "RS256")


@dataclass(frozen=True)
class App:
    """An app of its own for one test."""

    id: str
    issuer: str

    @property
    def jwks_uri(self):
        return f"{self.issuer}/.well-known/jwks.json"

    def sign_in(self, user_id="ann"):
        """Signs a user in, as the app's own backend would; gives the `auth_result`."""
        return _manage("POST", f"{self.issuer}/sessions", {"user_id": user_id})["auth_result"]


def new_app(**settings):
    """A new app with refresh tokens."""
    app = _manage("POST", f"{SERVER['url']}/v1/apps", {"name": "Interop"})["app"]
    _manage("PUT", f"{app['issuer']}/session-settings", {"refresh_tokens": True, **settings})
    return App(app["id"], app["issuer"])


def _manage(method, url, body):
    headers = {"Authorization": f"Bearer {API_KEY}"}
    response = requests.request(method, url, json=body, headers=headers, timeout=30)
    assert response.ok, f"{method} {url} answers {response.status_code}: {response.text}"
    return response.json()
