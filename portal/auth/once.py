"""A form is done once: sent again, it is answered as the first time, and nothing is done.

A form carries a key. The first request that brings it writes the key in its own transaction, so a
second one at the same moment waits for the first. What was refused, or only shown, leaves no key.
"""

from collections.abc import Callable
from hashlib import sha256
from hmac import new
from uuid import UUID

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from portal.auth.models import FormSubmission
from portal.db import session
from portal.refusals import N_, DomainError
from portal.tenancy.context import facts
from portal.web.answers import go
from portal.web.forms.once import KEY, key_sent

KEPT = text("interval '2 days'")
# Of what is sent, what says nothing: the tokens of the session and of the form.
SAYS_NOTHING = frozenset({"csrf_token", KEY})


class SentAlready(DomainError):
    """The same form, filled in otherwise, was sent before."""

    message = N_("This form was sent already, with something else in it. Open it again.")


def done_once(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """A view that does what a form asks once."""
    key = key_sent()
    if key is None or session.info.get("facts") is None or facts().user_id is None:
        return view
    return lambda: _first(key, view)


def forget_submissions() -> None:
    """Forget forms that nobody sends again."""
    old = FormSubmission.created_at < func.now() - KEPT
    session.execute(
        delete(FormSubmission).where(FormSubmission.tenant_id == facts().tenant_id, old)
    )


def _first(key: UUID, view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    values = {"key": key, "user_id": facts().user_id, "digest": _digest()}
    taken = insert(FormSubmission).values(values).on_conflict_do_nothing()
    if session.scalar(taken.returning(FormSubmission.id)) is None:
        return _again(key)
    response = make_response(view())
    location = response.headers.get("Location") or response.headers.get("HX-Redirect")
    mine = (FormSubmission.tenant_id == facts().tenant_id, FormSubmission.key == key)
    if location:
        session.execute(update(FormSubmission).where(*mine).values(location=location))
    else:
        session.execute(delete(FormSubmission).where(*mine))
    return response


def _again(key: UUID) -> Response:
    """The first answer once more."""
    sent = select(FormSubmission.digest, FormSubmission.location, FormSubmission.user_id)
    mine = (FormSubmission.tenant_id == facts().tenant_id, FormSubmission.key == key)
    first = session.execute(sent.where(*mine)).one()
    if (first.digest, first.user_id) != (_digest(), facts().user_id):
        raise SentAlready
    return go(first.location or "/")


def _digest() -> bytes:
    """What the form says, as nobody without the portal's own key can find out by trying."""
    said = [(name, values) for name, values in request.form.lists() if name not in SAYS_NOTHING]
    said += [(name, [file.filename or ""]) for name, file in request.files.items()]
    secret = str(current_app.secret_key).encode()
    return new(secret, repr((request.path, sorted(said))).encode(), sha256).digest()
