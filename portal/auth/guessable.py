"""Passwords that are guessed first: the common ones, patterns, and the clinic's or one's own name.

NIST SP 800-63B asks for such a list instead of rules about which characters to use.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("common_passwords.txt")
SWAPS = str.maketrans("@4310$5!7", "aaeiossit")
ROWS = (
    "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
    "abcdefghijklmnopqrstuvwxyz", "1234567890", "0123456789", "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm",
)  # fmt: skip
SHORTEST_RUN = 4
SHORTEST_NAME = 4


def is_common(password: str) -> bool:
    """Whether it is a common password or pattern, however it is dressed up."""
    plain = password.casefold().replace(" ", "")
    return _is_patterned(plain) or any(_core(each) in _common() for each in _readings(plain))


def names_somebody(password: str, names: Iterable[str]) -> bool:
    """Whether it contains one of the names of four letters or more, whatever stands between."""
    letters = _squashed(password)
    known = {_squashed(name) for name in names}
    return any(len(name) >= SHORTEST_NAME and name in letters for name in known)


def names_of(clinic: str, slug: str, email: str) -> tuple[str, ...]:
    """The names that a password of this person must not contain."""
    local, _at, domain = email.partition("@")
    return (clinic, slug, local, domain.partition(".")[0])


def _readings(plain: str) -> tuple[str, ...]:
    """As typed, with its swaps undone, and without the digits behind it before that."""
    undone = plain.translate(SWAPS)
    return plain, undone, re.sub(r"[^a-z]+$", "", plain).translate(SWAPS)


def _core(text: str) -> str:
    """The letters, without what was put before and behind them; once, if they are repeated."""
    letters = re.sub(r"[^a-z]", "", text)
    return re.sub(r"^(.{3,}?)\1+$", r"\1", letters)


def _is_patterned(plain: str) -> bool:
    """Made of few characters, of one part again and again, or of runs along the keyboard."""
    if len(set(plain)) <= SHORTEST_RUN or re.fullmatch(r"(.{1,6})\1+.{0,3}", plain):
        return True
    return len(_without_runs(plain)) <= SHORTEST_RUN


def _without_runs(text: str) -> str:
    """The text without runs of keys or letters in order, either way."""
    rows = [row + row for row in (*ROWS, *(row[::-1] for row in ROWS))]
    left, at = "", 0
    while at < len(text):
        run = max(_run(row, text, at) for row in rows)
        if run < SHORTEST_RUN:
            left, run = left + text[at], 1
        at += run
    return left


def _run(row: str, text: str, at: int) -> int:
    length = 0
    while at + length < len(text) and text[at : at + length + 1] in row:
        length += 1
    return length


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


@cache
def _common() -> frozenset[str]:
    lines = LIST.read_text().split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
