"""Typed values, sent back in the page that says why they are not saved; nothing else keeps them."""

from flask import request
from werkzeug.exceptions import HTTPException

SECRET = ("password", "csrf_token", "code", "token")


def typed_form() -> list[tuple[str, str]]:
    """The names and values of a form as it was sent, but for passwords and codes."""
    if request.method != "POST" or request.blueprint == "auth" or not is_readable():
        return []
    if request.files:
        return []
    fields = request.form.items(multi=True)
    return [(name, value) for name, value in fields if not any(s in name for s in SECRET)]


def field_sent(name: str) -> str:
    """One field of a form as it was sent; nothing where there is none."""
    return request.form.get(name, "") if is_readable() else ""


def is_readable() -> bool:
    """Whether what was sent can be read: who answers an error does not meet another."""
    try:
        _read = request.form
    except HTTPException:  # too large, in too many parts, broken off
        return False
    return True


def from_here() -> bool:
    """Whether a page of the portal sent the request, as browsers say since 2020-2023."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
