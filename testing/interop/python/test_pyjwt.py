"""Auth tokens as PyJWT verifies them, with the keys that it fetches."""

import unittest

import jwt

import tenure


class PyJwt(unittest.TestCase):
    def decode(self, app, token, algorithm, **expected):
        key = jwt.PyJWKClient(app.jwks_uri).get_signing_key_from_jwt(token)
        checks = {"audience": app.id, "issuer": app.issuer, **expected}
        required = {"require": ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"]}
        return jwt.decode(token, key, algorithms=[algorithm], options=required, **checks)

    def test_an_auth_token_of_every_algorithm_is_verified(self):
        for algorithm in tenure.ALGORITHMS:
            with self.subTest(algorithm):
                app = tenure.new_app(signing_alg=algorithm)
                signed_in = app.sign_in()
                claims = self.decode(app, signed_in["auth_token"], algorithm)
                self.assertEqual((claims["sub"], claims["sid"]), ("ann", signed_in["session_id"]))
                self.assertEqual(jwt.get_unverified_header(signed_in["auth_token"])["typ"], "JWT")

    def test_another_audience_or_issuer_is_refused(self):
        app = tenure.new_app()
        token = app.sign_in()["auth_token"]
        with self.assertRaises(jwt.InvalidAudienceError):
            self.decode(app, token, "ES256", audience="another")
        with self.assertRaises(jwt.InvalidIssuerError):
            self.decode(app, token, "ES256", issuer=f"{app.issuer}/")

    def test_the_keys_of_another_app_do_not_fit(self):
        token = tenure.new_app().sign_in()["auth_token"]
        other = tenure.new_app()
        with self.assertRaises(jwt.PyJWKClientError):
            self.decode(other, token, "ES256")


if __name__ == "__main__":
    unittest.main()
