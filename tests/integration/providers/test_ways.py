"""The ways to a vendor: TLS with an own certificate bundle, and a proxy that was named."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.integration.providers.asking import MESSAGES, ROWS, ask, said
from tests.peers import Peer
from tests.peers.behaviours import PIECES, answering

from sluice.server.providers.base import Connection, ProviderRejected, ProviderUnreachable
from sluice.server.providers.registry import Providers
from sluice.server.providers.retry import Retries
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
ROW = ROWS["anthropic"]
ONCE = Retries(attempts=1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a fresh self-signed certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer.example.org")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "peer.pem"
    path.write_bytes(signed.public_bytes(pem) + secret)
    return path


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_an_own_certificate_bundle_is_trusted(certificate: Path) -> None:
    """A vendor inside the organisation, with the organisation's own authority."""
    async with (
        Peer([answering(ROW.wire)], tls=serving(certificate)) as peer,
        Transport(ca_file=str(certificate), retries=ONCE) as transport,
    ):
        assert said(await ask(transport, ROW, peer)) == "".join(PIECES)


@pytest.mark.parametrize("in_environment", [False, True])
async def test_an_unknown_certificate_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, in_environment: bool
) -> None:
    """Nobody can stand in for a vendor, not by a variable either; the error says why."""
    if in_environment:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with (
        Peer([answering(ROW.wire)], tls=serving(certificate)) as peer,
        Transport(retries=ONCE) as transport,
    ):
        with pytest.raises(ProviderUnreachable, match="SSLCertVerificationError"):
            await ask(transport, ROW, peer)
    assert peer.requests == []


async def test_a_named_proxy_is_used() -> None:
    """With `proxy`, calls go through it and nowhere else."""
    connection = Connection("anthropic", "m", "http://vendor.example.org", {"api_key": "k"})
    async with (
        Peer([answering(ROW.wire)]) as proxy,
        Transport(proxy=proxy.url, retries=ONCE) as transport,
    ):
        stream = Providers(transport)["anthropic"].stream(connection, MESSAGES)
        # The peer is no proxy and does not know the whole address as its path.
        with pytest.raises(ProviderRejected, match="404"):
            await anext(stream)
    assert proxy.requests[0].target == "http://vendor.example.org/v1/messages"


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables set for something else lead no prompt and no credentials elsewhere."""
    async with Peer([answering(ROW.wire)]) as elsewhere, Peer([answering(ROW.wire)]) as peer:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url)
        async with Transport(retries=ONCE) as transport:
            assert said(await ask(transport, ROW, peer)) == "".join(PIECES)
    assert elsewhere.requests == []
