"""Mail: one message a call, through the server of SMTP_URL, or as a file in the instance folder.

A message is sent before its transaction commits: a letter whose link turns out to be dead is
better than an invitation that nobody ever gets.
"""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from flask import current_app

from portal.refusals import N_, DomainError

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
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "localhost", parts.port or 0, timeout=SECONDS) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotSent from error


def _as_file(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{uuid4()}"
    draft.touch(mode=0o600)
    draft.write_bytes(bytes(message))
    draft.rename(folder / f"{uuid4()}.eml")
