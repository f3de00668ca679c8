"""The one-time key of a form, by which it is done once."""

from uuid import UUID, uuid4

from flask import request

from portal.db import state

KEY = "once"
# Keys that stay with what the form made: a command finds by them what it made before.
OWN = ("booking_key", "entry_key", "merge_key", "absence_key", "key")


def key_sent(*names: str) -> UUID | None:
    """The key that a request brings under one of these names; None where it brings none."""
    if request.method != "POST":
        return None
    for name in names:
        try:
            return UUID(request.form.get(name, ""))
        except ValueError:
            continue
    return None


def key_of_form() -> str | None:
    """The key that a form carries: of a form that came back its own; none before signing in."""
    if state().request_context is None or request.blueprint == "auth":
        return None
    return str(key_sent(KEY) or uuid4())
