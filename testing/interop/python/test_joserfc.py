"""Keys and auth tokens as joserfc reads them."""

import unittest

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

import tenure


def keys_of(app):
    return KeySet.import_key_set(requests.get(app.jwks_uri, timeout=30).json())


class Joserfc(unittest.TestCase):
    def test_an_auth_token_of_every_algorithm_is_verified(self):
        for algorithm in tenure.ALGORITHMS:
            with self.subTest(algorithm):
                app = tenure.new_app(signing_alg=algorithm)
                token = jwt.decode(app.sign_in()["auth_token"], keys_of(app), algorithms=[algorithm])
                self.assertEqual((token.header["alg"], token.header["typ"]), (algorithm, "JWT"))
                jwt.JWTClaimsRegistry(
                    iss={"essential": True, "value": app.issuer},
                    aud={"essential": True, "value": app.id},
                    sub={"essential": True, "value": "ann"},
                    exp={"essential": True},
                ).validate(token.claims)

    def test_jk_2_every_kid_is_the_thumbprint_of_its_key(self):
        for algorithm in tenure.ALGORITHMS:
            for key in keys_of(tenure.new_app(signing_alg=algorithm)).keys:
                self.assertEqual(key.kid, key.thumbprint())
                self.assertFalse(key.is_private)

    def test_another_algorithm_than_the_keys_is_refused(self):
        app = tenure.new_app()
        token = app.sign_in()["auth_token"]
        with self.assertRaises(JoseError):
            jwt.decode(token, keys_of(app), algorithms=["RS256"])


if __name__ == "__main__":
    unittest.main()
