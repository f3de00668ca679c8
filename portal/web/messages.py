"""Messages for the next thing that somebody sees.

They travel with the database session, which keeps them on the person's session row until some page
has shown them; they never stand in a cookie.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app
from flask.sansio.app import App

from portal.db import state
from portal.web.addresses import LARGEST, own_address

# Stands in a message where a patient's name is to be read.
PATIENT = "{patient}"
# More than ever wait at once, and more than the longest says.
MOST_WAITING, LONGEST = 20, 2_000


def toast(
    text: str,
    kind: str = "ok",
    undo: str | None = None,
    *,
    patient: int | None = None,
    link: str | None = None,
    link_text: str | None = None,
    act: str | None = None,
    undoes: str | None = None,
) -> None:
    """Leave a message for the next thing this person sees.

    Args:
        text: already translated. It is kept in the database in the clear: never name a patient,
            but write `PATIENT` where the name is to stand.
        kind: `ok`, `info` or `error`.
        undo: what names the act on their stack that they take back with it, as `Z` does.
        patient: whom it names; the name is read when the message is shown.
        link: what it is about, which "Open" shows in the dialog.
        link_text: what the link says instead where it leads to a page of its own.
        act: what was done; the message goes when that is taken back.
        undoes: what was taken back: whatever that had brought up is said no more.
    """
    message = {
        "text": text, "kind": kind, "undo": undo, "patient": patient,
        "link": link, "link_text": link_text, "act": act or undo, "undoes": undoes,
    }  # fmt: skip
    still = [
        waiting for waiting in state().messages if undoes is None or waiting.get("act") != undoes
    ]
    state().messages = [*still, message]
    state().done_message = message


def readable(kept: Sequence[object]) -> tuple[dict[str, Any], ...]:
    """The messages on a session's row that can be shown: any SQL may have written there."""
    return tuple(
        message for message in kept[-MOST_WAITING:] if isinstance(message, dict) and _whole(message)
    )


def _whole(message: Mapping[str, Any]) -> bool:
    texts = [message.get(name) for name in ("kind", "undo", "act", "undoes", "link_text")]
    return (
        _is_text(message.get("text"))
        and all(each is None or _is_text(each) for each in texts)
        and _is_own(message.get("link"))
        and _is_number(message.get("patient"))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def _is_own(link: object) -> bool:
    return link is None or (isinstance(link, str) and own_address(link) == link)


def _is_number(patient: object) -> bool:
    return patient is None or (type(patient) is int and 0 < patient <= LARGEST)


def take_messages() -> list[dict[str, Any]]:
    """The waiting messages, with whose names they say; whoever takes them shows them."""
    waiting: list[dict[str, Any]] = state().messages
    state().messages = []
    return [message | {"text": named(message)} for message in waiting]


def name_patients(app: App, name_of: Callable[[int], str]) -> None:
    """Have messages say whom they are about; `name_of` has a word for whoever cannot be read."""
    app.extensions["portal_name_of"] = name_of


def named(message: Mapping[str, Any]) -> str:
    """A message's text, with the name of whom it is about."""
    text, patient = str(message["text"]), message.get("patient")
    if patient is None:
        return text
    return text.replace(PATIENT, current_app.extensions["portal_name_of"](patient))
