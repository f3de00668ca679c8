"""A form is done once: sent again, it is answered as the first time, and nothing is done.

A form carries a key. The first request that brings it writes the key in its own transaction, so a
second one at the same moment waits for the first. What was refused, or only shown, leaves no key.
The same key with something else in the form is refused, in words that say what was done with it.

Forms whose key is kept with what they made (`OWN`) are asked again: the command finds by the key
what it made, and so the answer is that of now, with the board as it is.
"""

from collections.abc import Callable
from hashlib import file_digest, sha256
from hmac import new
from typing import Any
from uuid import UUID

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from werkzeug.datastructures import FileStorage

from portal.db import session, state
from portal.errors import N_, DomainError
from portal.schema.accounts import FormSubmission
from portal.tenancy.context import request_context
from portal.web.addresses import own_address
from portal.web.answers import go
from portal.web.forms.once import KEY, OWN, key_sent
from portal.web.messages import named, readable

KEPT = text("interval '2 days'")
# Of what is sent, what says nothing: tokens, what was suggested or held, what a search found.
SAYS_NOTHING = frozenset(
    {
        "csrf_token", KEY, "show", "patient_query", "suggested_slot_id", "suggested_for",
        "suggested_day", "lost_slot_id", "held_slot_id", "plan_for",
    }
)  # fmt: skip


class SentAlready(DomainError):
    """The form was sent before, filled in otherwise; `link` is the page of its outcome."""

    message = N_("This form was sent already, with something else in it. Open it again.")
    link: str | None = None


class DoneOtherwise(SentAlready):
    message = N_(
        "This form was sent already, with something else in it, and done: %(what)s. Nothing more "
        "is done. Open it again for something else."
    )


def done_once(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """A view that does what a form asks once."""
    key = key_sent(KEY, *OWN)
    if key is None or state().request_context is None or request_context().user_id is None:
        return view
    return lambda: _first(key, view)


def forget_submissions() -> None:
    """Forget forms that nobody sends again."""
    old = FormSubmission.created_at < func.now() - KEPT
    session.execute(
        delete(FormSubmission).where(FormSubmission.tenant_id == request_context().tenant_id, old)
    )


def _first(key: UUID, view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    values = {"key": key, "user_id": request_context().user_id, "digest": _digest()}
    taken = insert(FormSubmission).values(values).on_conflict_do_nothing()
    if session.scalar(taken.returning(FormSubmission.id)) is None:
        _check_same(key)
        return _again(key) if key_sent(KEY) else view()
    response = make_response(view())
    location = response.headers.get("Location") or response.headers.get("HX-Redirect")
    mine = (FormSubmission.tenant_id == request_context().tenant_id, FormSubmission.key == key)
    if _is_done(response, location):
        done = {"location": location, "message": _said()}
        session.execute(update(FormSubmission).where(*mine).values(done))
    else:
        session.execute(delete(FormSubmission).where(*mine))
    return response


def _is_done(response: Response, location: str | None) -> bool:
    """Whether the answer moves on, or stays and says what was done; not where more is shown."""
    if request.form.get("show") or response.status_code >= 400:
        return False
    return location is not None or (key_sent(KEY) is None and _said() is not None)


def _said() -> dict[str, Any] | None:
    """The message of what was done; it names no patient but by id."""
    message = state().done_message
    return message and {name: message[name] for name in ("text", "patient", "link")}


def _check_same(key: UUID) -> None:
    """Raises SentAlready where the form said something else before, or somebody else sent it."""
    first = _row(key)
    if first is None:
        raise SentAlready
    if first.digest == _digest():
        return
    message = next(iter(readable([first.message])), {})
    refusal = DoneOtherwise(what=named(message).rstrip(".")) if message else SentAlready()
    refusal.link = message.get("link") or own_address(first.location)
    raise refusal


def _again(key: UUID) -> Response:
    """The first answer once more. What is kept is no address of another site, whoever wrote it."""
    return go(own_address(_row(key).location))


def _row(key: UUID) -> Any:
    """The submission with this key; None where somebody else sent it, whose it is alone."""
    columns = (FormSubmission.digest, FormSubmission.location, FormSubmission.message)
    mine = (FormSubmission.tenant_id == request_context().tenant_id, FormSubmission.key == key)
    return session.execute(select(*columns).where(*mine)).one_or_none()


def _digest() -> bytes:
    """The digest of the form's values, which nobody finds out without the portal's own key."""
    sent = [(name, values) for name, values in request.form.lists() if name not in SAYS_NOTHING]
    sent += [(name, [_in_file(file)]) for name, file in request.files.items()]
    secret = str(current_app.secret_key).encode()
    return new(secret, repr((request.path, sorted(sent))).encode(), sha256).digest()


def _in_file(file: FileStorage) -> str:
    """A file's name and a digest of what is in it."""
    content = file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return f"{file.filename} {content}"
