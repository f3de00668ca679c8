"""The browsers that somebody signed in from: guesses made elsewhere do not slow these down.

A browser keeps a signed cookie of the accounts that were opened from it last (OWASP, "Slow Down
Online Guessing Attacks with Device Cookies"). It opens nothing; it only has its own tries counted
apart. It names accounts by keyed hashes, and no two browsers share what is counted.
"""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.auth import throttling
from portal.auth.sessions import cookie_flags

A_YEAR = 365 * 24 * 60 * 60
# a front desk's computer is shared
MOST_ACCOUNTS = 8


def bucket_of(clinic: str, email: str) -> bytes:
    """Under what this browser's tries at an account are counted."""
    own = throttling.account(clinic, email)
    device = _devices().get(own.hex())
    return throttling.device(own, device) if device else own


def knows(clinic: str, email: str) -> bool:
    """Whether the account was opened from this browser before."""
    known = _devices()
    return bool(known) and throttling.account(clinic, email).hex() in known


def remember(response: Response, clinic: str, email: str) -> Response:
    """Know this browser as one that the account was opened from."""
    account, known = throttling.account(clinic, email).hex(), _devices()
    device = known.pop(account, None) or secrets.token_urlsafe(16)
    last = dict([*known.items(), (account, device)][-MOST_ACCOUNTS:])
    response.set_cookie(_name(), _serializer().dumps(last), max_age=A_YEAR, **cookie_flags())
    return response


def _devices() -> dict[str, str]:
    """The names of this browser by account, the one opened last at the end."""
    try:
        found: dict[str, str] = _serializer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return {}
    return found


def _name() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="devices")
