"""Pure decisions about signing in."""

import hashlib
import re
import secrets
from datetime import datetime
from hmac import compare_digest
from typing import Any

import pyotp

IDLE_SECONDS = 15 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
TOKEN_BYTES = 32
RECOVERY_CODES = 10
# no letter that reads like a digit
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# The mark by which each is known, the more particular first: most say that they are others too.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
    "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android",
    "CrOS": "ChromeOS", "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip
MOST_OF_A_NAME = 60


def new_token() -> str:
    """256 random bits for a cookie or a one-time link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """The stored hash of a token. It is random, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def idle_seconds(settings: dict[str, Any]) -> int:
    """How long a session may be idle: the clinic's `session_idle_minutes`, a minute to a day."""
    minutes = settings.get("session_idle_minutes", IDLE_SECONDS // 60)
    return min(max(int(minutes) * 60, 60), 24 * 60 * 60)


def accepted_step(secret: str, code: str, *, now: datetime, after: int = 0) -> int | None:
    """The step of time whose code this is (RFC 6238: six digits, 30 seconds), or None.

    Args:
        secret: base32, as the authenticator has it.
        code: what was typed.
        now: the present; a clock may be one step slow or fast.
        after: the last step that was used; it and those before it are spent.
    """
    codes = pyotp.TOTP(secret)
    present = int(now.timestamp()) // codes.interval
    for step in (present - 1, present, present + 1):
        if step > after and compare_digest(codes.generate_otp(step), code):
            return step
    return None


def new_recovery_code() -> str:
    """Ten random letters and digits, in two groups."""
    drawn = "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"


def tidy_code(typed: str) -> str:
    """A code without what people put between its parts."""
    return re.sub(r"[\W_]", "", typed).lower()


def browser_name(user_agent: str | None) -> str:
    """A browser and its system by name, as far as it says them; else what it says, in short."""
    agent = user_agent or ""
    names = (_first(BROWSERS, agent), _first(SYSTEMS, agent))
    return ", ".join(filter(None, names)) or agent[:MOST_OF_A_NAME]


def _first(names: dict[str, str], agent: str) -> str:
    return next((name for mark, name in names.items() if mark in agent), "")
