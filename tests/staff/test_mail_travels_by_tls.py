"""Links and the mail account's password never leave the machine in the clear.

The kind: a safeguard that is asked for but never used, so each test looks at what the server got.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal import mail
from tests.support.serving import free_port


class Letters:
    """What a mail server was told, and whether by TLS."""

    def __init__(self) -> None:
        self.seen: list[tuple[bool, bytes]] = []
        self.passwords: list[tuple[bool, bytes]] = []

    async def handle_DATA(  # noqa: N802 - the command's name
        self, server: SMTP, _session: Any, envelope: Envelope
    ) -> str:
        """Keep the letter."""
        self.seen.append((sealed(server), envelope.content))
        return "250 OK"

    def authenticate(self, server: SMTP, *arguments: Any) -> AuthResult:
        """Keep the password, and let everybody in."""
        self.passwords.append((sealed(server), arguments[-1].password))
        return AuthResult(success=True)


def sealed(server: SMTP) -> bool:
    return server.transport.get_extra_info("ssl_object") is not None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@contextmanager
def served(
    certificate: Path | None, *, from_the_start: bool = False, host: str = "127.0.0.1"
) -> Iterator[tuple[int, Letters]]:
    """A mail server while the block runs: its port, and what it got."""
    letters, context = Letters(), None
    if certificate is not None:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    controller = Controller(
        letters,
        hostname=host,
        port=free_port(),
        ssl_context=context if from_the_start else None,
        tls_context=None if from_the_start else context,
        authenticator=letters.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield controller.port, letters
    finally:
        controller.stop()


@pytest.fixture
def send(app, monkeypatch):
    """Send a letter through the server of an address."""

    def sending(url: str) -> None:
        monkeypatch.setitem(app.config, "SMTP_URL", url)
        mail.send("ines@alder.example", "Your link", "/welcome/secret")

    return sending


@pytest.mark.parametrize(("scheme", "from_the_start"), [("smtp", False), ("smtps", True)])
def test_letter_and_password_go_by_tls(send, certificate, monkeypatch, scheme, from_the_start):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with served(certificate, from_the_start=from_the_start) as (port, letters):
        send(f"{scheme}://portal%40clinic.example:pass%20word@localhost:{port}")
    assert letters.passwords == [(True, b"pass word")]
    [(by_tls, letter)] = letters.seen
    assert by_tls
    assert b"/welcome/secret" in letter


@pytest.mark.parametrize(("scheme", "from_the_start"), [("smtp", False), ("smtps", True)])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    send, certificate, scheme, from_the_start
):
    with (
        served(certificate, from_the_start=from_the_start) as (port, letters),
        pytest.raises(mail.MailNotSent),
    ):
        send(f"{scheme}://portal:password@localhost:{port}")
    assert (letters.passwords, letters.seen) == ([], [])


def test_a_certificate_for_another_name_gets_nothing(send, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        served(certificate, host="127.0.0.2") as (port, letters),
        pytest.raises(mail.MailNotSent) as refused,
    ):
        send(f"smtp://portal:password@127.0.0.2:{port}")
    assert "127.0.0.2" in str(refused.value.__cause__)
    assert (letters.passwords, letters.seen) == ([], [])


def test_a_server_elsewhere_without_tls_gets_nothing(send, monkeypatch):
    monkeypatch.setattr(mail, "_is_here", lambda _host: False)
    with served(None) as (port, letters):
        with pytest.raises(mail.MailNotSent):
            send(f"smtp://portal:password@localhost:{port}")
        assert (letters.passwords, letters.seen) == ([], [])
        send(f"smtp://portal:password@localhost:{port}?tls=no")
    assert letters.passwords == [(False, b"password")]
    assert len(letters.seen) == 1


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
        ("mail.clinic.example", False),
    ],
)
def test_only_this_machine_is_here(host, here):
    assert mail._is_here(host) is here


def test_a_server_on_this_machine_may_have_no_tls(send):
    with served(None) as (port, letters):
        send(f"smtp://127.0.0.1:{port}")
    assert [by_tls for by_tls, _letter in letters.seen] == [False]
