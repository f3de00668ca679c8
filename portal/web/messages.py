"""Messages for the next thing that somebody sees.

They travel with the database session, which keeps them on the person's session row until some page
has shown them; they never stand in a cookie.
"""

from collections.abc import Mapping
from typing import Any

from portal.db import session


def toast(text: str, kind: str = "ok", undo: Mapping[str, Any] | None = None) -> None:
    """Leave a message for the next thing this person sees.

    Args:
        text: already translated. It is kept in the database in the clear: never name a patient.
        kind: `ok`, `info` or `error`.
        undo: `{"url": ..., "values": {...}}`, posted when they take it back.
    """
    message = {"text": text, "kind": kind, "undo": dict(undo) if undo else None}
    session.info["messages"] = [*session.info.get("messages", ()), message]


def take_messages() -> list[dict[str, Any]]:
    """The waiting messages; whoever takes them shows them."""
    waiting: list[dict[str, Any]] = session.info.get("messages", [])
    session.info["messages"] = []
    return waiting
