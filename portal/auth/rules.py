"""Pure decisions about signing in."""

import hashlib
import secrets
from typing import Any

IDLE_SECONDS = 15 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits for a cookie or a one-time link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """What the database keeps of a token. It is random, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def idle_seconds(settings: dict[str, Any]) -> int:
    """How long a session may be idle: the clinic's `session_idle_minutes`, a minute to a day."""
    minutes = settings.get("session_idle_minutes", IDLE_SECONDS // 60)
    return min(max(int(minutes) * 60, 60), 24 * 60 * 60)
