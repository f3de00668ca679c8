"""Mail: one message a call, through the server of SMTP_URL, or as a file in the instance folder.

`smtps://` begins with TLS, `smtp://` asks for it (STARTTLS, RFC 3207) before anything is said.
Certificates are checked. A server on another machine that offers no TLS gets neither the password
nor the letter, unless the address says `?tls=no`.

A message is sent before its transaction commits: a letter whose link turns out to be dead is
better than an invitation that nobody ever gets.
"""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from ipaddress import ip_address
from pathlib import Path
from ssl import create_default_context
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from uuid import uuid4

import structlog
from flask import current_app

from portal.errors import N_, DomainError

log = structlog.get_logger()

SENDER = "clinic-portal@localhost"
SECONDS = 10


class MailNotSent(DomainError):
    """The mail server did not take the message."""

    message = N_("The mail could not be sent, so nothing was changed. Try again in a while.")


def send(to: str, subject: str, text: str) -> None:
    """Send one plain message. Raises MailNotSent."""
    message = EmailMessage()
    url = current_app.config["SMTP_URL"]
    message["From"] = _sender(url)
    message["To"], message["Subject"] = to, subject
    message["Message-ID"] = make_msgid(domain="portal.invalid")
    message.set_content(text)
    if url:
        _by_smtp(url, message)
    else:
        _as_file(current_app.config["PORTAL_INSTANCE"] / "outbox", message)


def _sender(url: str | None) -> str:
    """The account that sends, when it is an address."""
    user = unquote(urlsplit(url or "").username or "")
    return user if "@" in user else SENDER


def _by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    try:
        with _connected(parts) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.error("mail_not_sent", error=type(error).__name__)
        raise MailNotSent from error


def _connected(parts: SplitResult) -> smtplib.SMTP:
    """A server that may be told a password: by TLS, or on this machine, or said to be trusted.

    Raises:
        smtplib.SMTPException: it offers no TLS.
        OSError: it does not answer, or its certificate is not good (ssl.SSLError).
    """
    host, port, trust = parts.hostname or "localhost", parts.port or 0, create_default_context()
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trust)
    server = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trust)
        elif not (_is_here(host) or parse_qs(parts.query).get("tls") == ["no"]):
            raise smtplib.SMTPNotSupportedError(f"{host} offers no TLS")
    except BaseException:
        server.close()
        raise
    return server


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _as_file(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{uuid4()}"
    draft.touch(mode=0o600)
    draft.write_bytes(bytes(message))
    draft.rename(folder / f"{uuid4()}.eml")
