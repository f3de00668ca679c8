"""Who opened a form: its CSRF token says so, also when the session that it was made in is over."""

import secrets

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.db import state

# What Flask-WTF calls it in the cookie and in a form, and what it signs it with.
TOKEN, SALT = "csrf_token", "wtf-csrf-token"


class OpenedByOthers(Exception):
    """Somebody else opened what was sent: it is not done in the name of who is here now."""


def new_secret(user_id: int) -> str:
    """What the tokens of a session are made from: it begins with whose session it is."""
    return f"{user_id}-{secrets.token_hex(20)}"


def sent_tokens() -> list[str]:
    """The tokens that came with the request: the form's own, however many, and its page's."""
    return [*request.form.getlist(TOKEN), *request.headers.getlist("X-CSRFToken")]


def opened_by_others() -> bool:
    """Whether somebody else than who is signed in opened what the request sends."""
    known = state().request_context
    me = known.user_id if known else None
    openers = {_opener(token) for token in sent_tokens()} - {None}
    return me is not None and bool(openers - {me})


def _opener(token: str) -> int | None:
    """Whose the token is; None of nobody, and of what we did not sign."""
    signer = URLSafeTimedSerializer(current_app.secret_key or "", SALT)
    try:
        who, mark, _rest = str(signer.loads(token)).partition("-")
    except BadData:
        return None
    return int(who) if mark and who.isdigit() else None
