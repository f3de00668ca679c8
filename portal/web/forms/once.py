"""The one-time key of a form, by which it is done once."""

from uuid import UUID, uuid4

from flask import request

from portal.db import session

KEY = "once"


def key_sent() -> UUID | None:
    """The key that a request brings; None where it brings none."""
    if request.method != "POST":
        return None
    try:
        return UUID(request.form.get(KEY, ""))
    except ValueError:
        return None


def key_of_form() -> str | None:
    """The key that a form carries: of a form that came back its own; none before signing in."""
    if session.info.get("facts") is None or request.blueprint == "auth":
        return None
    return str(key_sent() or uuid4())
