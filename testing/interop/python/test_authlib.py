"""The refresh grant, introspection and revocation through Authlib."""

import unittest

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

import tenure


class Authlib(unittest.TestCase):
    def setUp(self):
        self.app = tenure.new_app()
        self.public = self.session(token_endpoint_auth_method="none")
        self.caller = self.session(
            client_secret=tenure.API_KEY, revocation_endpoint_auth_method="client_secret_basic"
        )

    def session(self, **options):
        session = OAuth2Session(client_id=self.app.id, **options)
        self.addCleanup(session.close)
        return session

    def refresh(self, token, **parameters):
        return self.public.refresh_token(f"{self.app.issuer}/oauth/token", refresh_token=token, **parameters)

    def introspect(self, token, caller=None):
        answer = (caller or self.caller).introspect_token(f"{self.app.issuer}/oauth/introspect", token=token)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def assert_refused(self, code, token, **parameters):
        with self.assertRaises(OAuthError) as refused:
            self.refresh(token, **parameters)
        self.assertEqual(refused.exception.error, code)

    def test_rt_1_each_of_twenty_refreshes_gives_another_token(self):
        seen = [self.app.sign_in()["refresh_token"]]
        for _ in range(20):
            answer = self.refresh(seen[-1])
            self.assertEqual(answer["token_type"], "Bearer")
            self.assertGreater(answer["expires_in"], 0)
            seen.append(answer["refresh_token"])
        self.assertEqual(len(set(seen)), 21)

    def test_rt_2_rt_3_a_used_token_ends_the_session(self):
        first = self.app.sign_in()["refresh_token"]
        second = self.refresh(first)
        self.assertTrue(self.introspect(second["access_token"])["active"])
        self.assert_refused("invalid_grant", first)
        self.assert_refused("invalid_grant", second["refresh_token"])
        self.assertEqual(self.introspect(second["access_token"]), {"active": False})

    def test_what_is_wrong_is_named_and_changes_nothing(self):
        token = self.app.sign_in()["refresh_token"]
        self.assert_refused("invalid_scope", token, scope="admin")
        self.assert_refused("invalid_grant", "tr1_invented")
        stranger = OAuth2Session(client_id="stranger", token_endpoint_auth_method="none")
        self.addCleanup(stranger.close)
        with self.assertRaises(OAuthError) as refused:
            stranger.refresh_token(f"{self.app.issuer}/oauth/token", refresh_token=token)
        self.assertEqual(refused.exception.error, "invalid_client")
        with self.assertRaises(OAuthError) as refused:
            self.public.fetch_token(f"{self.app.issuer}/oauth/token", grant_type="urn:example:unknown")
        self.assertEqual(refused.exception.error, "unsupported_grant_type")
        self.refresh(token)

    def test_in_3_introspection_by_secret_in_the_header_and_in_the_body(self):
        token = self.app.sign_in()["auth_token"]
        in_body = self.session(
            client_secret=tenure.API_KEY, revocation_endpoint_auth_method="client_secret_post"
        )
        for caller in (self.caller, in_body):
            said = self.introspect(token, caller)
            self.assertTrue(said["active"])
            self.assertEqual((said["iss"], said["sub"]), (self.app.issuer, "ann"))
            self.assertEqual((said["client_id"], said["aud"]), (self.app.id, [self.app.id]))

    def test_rv_1_rv_4_revoking_ends_the_session_whatever_is_sent_after_it(self):
        signed_in = self.app.sign_in()
        revoker = self.session(revocation_endpoint_auth_method="none")
        for token in (signed_in["refresh_token"], signed_in["refresh_token"], "tr1_invented"):
            answer = revoker.revoke_token(
                f"{self.app.issuer}/oauth/revoke", token=token, token_type_hint="refresh_token"
            )
            self.assertEqual((answer.status_code, answer.text), (200, ""))
        self.assert_refused("invalid_grant", signed_in["refresh_token"])
        self.assertEqual(self.introspect(signed_in["auth_token"]), {"active": False})


if __name__ == "__main__":
    unittest.main()
