"""Who opened a form: its CSRF token says so, also when the session that it was made in is over."""

import secrets

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.db import state

# What Flask-WTF calls it in the cookie and in a form, and what it signs it with.
TOKEN, SALT = "csrf_token", "wtf-csrf-token"


class OpenedByOthers(Exception):
    """Somebody else opened the page that asks: nothing is done in the name of who is here now.

    Attributes:
        opener_id: whose page it is.
    """

    def __init__(self, opener_id: int) -> None:
        super().__init__(opener_id)
        self.opener_id = opener_id


def new_secret(user_id: int) -> str:
    """The secret of a session's tokens: it begins with whose session it is."""
    return f"{user_id}-{secrets.token_hex(20)}"


def page_tokens() -> list[str]:
    """The token of the page that asks; htmx sends it with everything that a page asks for."""
    return request.headers.getlist("X-CSRFToken")


def form_tokens() -> list[str]:
    """Those of the form that was sent, however many; they may be older than its page's."""
    return request.form.getlist(TOKEN)


def own_only(tokens: list[str]) -> None:
    """Refuse what somebody else than who is signed in has opened. Raises OpenedByOthers."""
    known = state().request_context
    me = known.user_id if known else None
    for opener in map(_opener, tokens):
        if me is not None and opener not in (None, me):
            raise OpenedByOthers(opener)


def _opener(token: str) -> int | None:
    """Whose the token is; None of nobody, and of what we did not sign."""
    signer = URLSafeTimedSerializer(current_app.secret_key or "", SALT)
    try:
        who, mark, _rest = str(signer.loads(token)).partition("-")
    except BadData:
        return None
    return int(who) if mark and who.isdigit() else None
