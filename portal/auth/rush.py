"""Many sign in at once: who finds no place is told so before anything else is done for them.

An answer that costs as much as any other page would keep the pages waiting just the same. So it is
made before the session is looked up, and is only the form with what was typed, and the reason.
"""

from contextlib import ExitStack

from flask import Response, g, request

from portal.auth import devices, passwords
from portal.auth.forms import SignInForm
from portal.db import state
from portal.web.answers import form_page
from portal.web.security import same_site_only

SIGN_IN = "auth.start"


def take_place() -> Response | None:
    """Before a sign-in: its place among those whose passwords are looked at, or a small answer."""
    if request.endpoint != SIGN_IN:
        return None
    same_site_only()
    form = SignInForm()
    if not form.validate():
        return None  # no password is looked at
    stranger = not devices.knows(form.data["clinic"], form.data["email"])
    with ExitStack() as turn:
        try:
            turn.enter_context(passwords.turn(stranger=stranger))
        except passwords.Busy as busy:
            return _turned_away(form, busy)
        g.turn = turn.pop_all()
    return None


def leave_place(_error: BaseException | None) -> None:
    """When the answer has left."""
    turn: ExitStack | None = g.pop("turn", None)
    if turn is not None:
        turn.close()


def _turned_away(form: SignInForm, busy: passwords.Busy) -> Response:
    state().settled = True  # nothing was done that anything has to be written of
    form.reject(busy)
    return form_page("auth/rush.html", "auth/_sign_in.html", form)
