"""Search tokens: keyed hashes by which a patient is found without reading anybody's data.

A token is the first eight bytes of HMAC-SHA-256 under the tenant's index key over the kind of
field and the normalised value. Equal values of one tenant have equal tokens, and that is all that
a reader of the table learns without the key. What a token finds is checked again after decryption.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterator

TOKEN_BYTES = 8
SHORTEST_PREFIX = 2
LONGEST_PREFIX = 8

# What stands inside a word: its pieces are looked for apart and joined.
_JOINTS = frozenset("'’‘`´ʹʻʼʽ′＇.·-‐‑‒–—―−﹣－־֊")
# Soft hyphens and joiners: invisible, and not the end of a word.
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
# How a letter is written by who has it not on the keyboard: Müller is Mueller.
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Scripts in which a name may be one character, and is typed without a space.
_IDEOGRAPHS = re.compile(
    "[\u1100-\u11ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# Letters that Unicode does not take apart, though whoever types the name may.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def normalised(text: str) -> str:
    """Casefolded letters without marks (NFKD), for comparing what people type."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in folded if unicodedata.category(c)[0] != "M").translate(_PLAIN)


def words_in(text: str) -> list[list[str]]:
    """The words of a name, each as the pieces that apostrophes and hyphens part.

    >>> words("Anne-Marie O’Connell")
    [['anne', 'marie'], ['o', 'connell']]
    """
    found = []
    for word in "".join(map(_separator, text)).split():
        if pieces := [kept for piece in word.split("-") if (kept := _letters(piece))]:
            found.append(pieces)
    return found


def name_parts(*names: str) -> set[str]:
    """Every part by which a name may be looked for: each piece, and the pieces joined.

    Umlauts are also spelled out, and names of ideographs are also one word, whichever comes first.
    """
    parts: set[str] = set()
    for name in names:
        if name.isascii() and name.isalnum():  # most names, and nothing to do
            parts.add(name.lower())
            continue
        for spelling in {name, spelled_out(name)}:
            for pieces in words_in(spelling):
                parts.update(pieces, ["".join(pieces)])
    if len(names) > 1 and any(map(is_ideographic, names)):
        whole = [joined(name) for name in names]
        parts.update(("".join(whole), "".join(reversed(whole))))
    return parts


def joined(*names: str) -> str:
    """The letters of some names as one word."""
    return "".join(piece for name in names for pieces in words_in(name) for piece in pieces)


def full_name(first_name: str, last_name: str) -> str:
    """A whole name, whichever of its parts is called first."""
    return "|".join(sorted(filter(None, (joined(first_name), joined(last_name)))))


def spelled_out(text: str) -> str:
    """The text with two letters for an umlaut: Mueller for Müller."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).casefold().translate(_SPELLED_OUT)


def is_ideographic(text: str) -> bool:
    """Whether the text has Chinese, Japanese or Korean letters in it."""
    return not text.isascii() and _IDEOGRAPHS.search(text) is not None


def shortest_prefix(part: str) -> int:
    """With how many letters a part of a name can be looked for."""
    return 1 if is_ideographic(part[:1]) else SHORTEST_PREFIX


def prefixes(part: str) -> Iterator[str]:
    """The beginnings of a part of a name, of 2 to 8 letters; of ideographs also the first."""
    for length in range(shortest_prefix(part), min(len(part), LONGEST_PREFIX) + 1):
        yield part[:length]


def email_address(text: str) -> str:
    """An e-mail address as it is compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def token(index_key: bytes, field: str, value: str) -> bytes:
    """The token of a normalised value in a kind of field."""
    return hmac.digest(index_key, f"{field}\0{value}".encode(), "sha256")[:TOKEN_BYTES]


def _separator(char: str) -> str:
    """The character itself, "-" for a joint, a space for what ends a word."""
    if char in _JOINTS:
        return "-"
    return char if unicodedata.category(char)[0] in "LNM" or char in _UNSEEN else " "


def _letters(piece: str) -> str:
    return "".join(c for c in normalised(piece) if c.isalnum())
