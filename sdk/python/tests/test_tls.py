"""TLS: who the issuer says to be is verified, and a connection is cut off in time there, too."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support import Rogue, body, endless, eventually
from tenure_verify import Unavailable, Verifier
from tenure_verify.testing import FakeIssuer

JWKS = "/.well-known/jwks.json"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for 127.0.0.1 that nobody signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def rogue(certificate: Path, issuer: FakeIssuer) -> Iterator[Rogue]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Rogue(context) as made:
        issuer.issuer = made.issuer
        made.answers[JWKS] = body(issuer.jwks())
        yield made


def test_an_issuer_that_nobody_vouches_for_is_not_believed(rogue: Rogue, issuer: FakeIssuer) -> None:
    with Verifier(rogue.issuer) as verifier, pytest.raises(Unavailable, match="keys_unavailable"):
        verifier.verify(issuer.token())
    assert rogue.asked == []


def test_one_that_the_system_trusts_is(
    rogue: Rogue, issuer: FakeIssuer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Verifier(rogue.issuer) as verifier:
        assert verifier.verify(issuer.token()).user_id == "ann"


def test_a_handshake_that_drips_is_cut_off_after_three_seconds(issuer: FakeIssuer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            peer, _ = listening.accept()
            with peer, contextlib.suppress(OSError):
                peer.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 KiB begins
                while True:
                    peer.sendall(b"\x02")
                    time.sleep(0.2)

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        issuer.issuer = f"https://127.0.0.1:{listening.getsockname()[1]}/v1/apps/demo"
        with Verifier(issuer.issuer) as verifier, pytest.raises(Unavailable, match="keys_unavailable"):
            verifier.verify(issuer.token())
        dripping.join(2)
        assert not dripping.is_alive()


def test_a_body_that_drips_and_a_stream_that_is_closed_end_in_time(
    rogue: Rogue, issuer: FakeIssuer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    rogue.answers[JWKS] = endless(b" ", apart_seconds=0.2)
    rogue.answers["/revocations"] = endless(b":\n", apart_seconds=60, kind="text/event-stream")
    with Verifier(rogue.issuer, api_key="tk_x") as verifier:
        with pytest.raises(Unavailable, match="keys_unavailable"):
            verifier.verify(issuer.token())
        eventually(lambda: any("revocations" in path for path in rogue.asked))
        feed = verifier._engine.feed
        assert feed is not None
    assert feed._thread is not None
    assert not feed._thread.is_alive()
