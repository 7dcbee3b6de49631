"""A status list as joserfc and zlib read it."""

import base64
import unittest
import zlib

import requests
from joserfc import jwt

import tenure
from test_joserfc import keys_of


class StatusLists(unittest.TestCase):
    def status(self, app, auth_token):
        keys = keys_of(app)
        place = jwt.decode(auth_token, keys).claims["status"]["status_list"]
        read = jwt.decode(requests.get(place["uri"], timeout=30).text, keys)
        self.assertEqual((read.header["typ"], read.claims["sub"]), ("statuslist+jwt", place["uri"]))
        lst = read.claims["status_list"]["lst"]
        bits = zlib.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)))
        return bits[place["idx"] // 8] >> place["idx"] % 8 & 1

    def test_sl_4_the_bit_of_a_session_is_set_when_it_has_ended(self):
        app = tenure.new_app(revocation="status_list")
        ended, live = app.sign_in(), app.sign_in("bob")
        token = {"refresh_token": ended["refresh_token"]}
        requests.delete(f"{app.issuer}/tokens", json=token, timeout=30).raise_for_status()
        self.assertEqual(self.status(app, ended["auth_token"]), 1)
        self.assertEqual(self.status(app, live["auth_token"]), 0)


if __name__ == "__main__":
    unittest.main()
