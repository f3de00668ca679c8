"""Ten thousand invented names in many scripts: every beginning finds all of them, and nobody else.

For every change it is the first quarter of them, in which every script is.
Who is meant is worked out here once more, from the names alone.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce
from random import Random

import pytest
from sqlalchemy import text

from portal.patients.commands.registering import register_checked
from portal.patients.queries import searching
from portal.patients.queries.searching import MOST_FOUND, search_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.finding import readings
from tests.support.people import Clinic
from tests.support.sizes import sized

HOW_MANY = sized(10_000, 10_000, ci=2_500)
AT_ONCE = HOW_MANY // 10
TODAY = date(2026, 1, 1)
JOINTS = "'’-‐"
PLAIN = {"ø": "o", "ł": "l", "đ": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
LATIN = "abcdefghijklmnopqrstuvwxyz"


def letters(first: str, last: str) -> list[str]:
    """The letters from one to another, the case of each as it comes."""
    every = map(chr, range(ord(first), ord(last) + 1))
    return [letter for letter in every if unicodedata.category(letter)[0] == "L"]


SCRIPTS = {
    "latin": [*LATIN, *LATIN.upper()],
    "german, nordic, polish": [*"äöüßåøæœłđþẞÄÖÜØÆ", *LATIN],
    "turkish": [*"ıİğĞşŞçÇöÖüÜ", *LATIN],
    "vietnamese": [*"ăâđêôơưạảấầậắằặẹẻẽếềệọỏốồộớờợụủứừựỳỵ", *LATIN],
    "combining marks": [letter + mark for letter in LATIN for mark in "\u0301\u0308\u0327\u0323"],
    "wide and joined": [*map(chr, range(0xFF21, 0xFF3B)), *"ﬁﬂﬀﬃ"],
    "greek": letters("Α", "ώ"),
    "cyrillic": letters("А", "ё"),
    "armenian": letters("Ա", "և"),
    "georgian": letters("ა", "ჰ"),
    "hebrew": letters("א", "ת"),
    "arabic": [*letters("ء", "ي"), "م\u064e", "ل\u0651"],
    "devanagari": [*letters("क", "ह"), "क\u093e", "म\u0940"],
    "thai": [*letters("ก", "ฮ"), "ก\u0e34", "น\u0e49"],
    "kana": [*letters("ぁ", "ゖ"), *letters("ァ", "ヺ")],
    "hangul": letters("가", "힣")[::7],
    "han": letters("一", "鿿"),
}


TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
IDEOGRAPHS = {
    part
    for script in ("kana", "hangul", "han")
    for letter in SCRIPTS[script]
    for part in unicodedata.normalize("NFKD", letter)
    if unicodedata.category(part)[0] == "L"
}


def invented(dice: Random) -> Iterator[str]:
    """Names of one or two words, some joined, some longer than what is kept of them."""
    alphabets = list(SCRIPTS.values())
    while True:
        alphabet = dice.choice(alphabets)

        def word(alphabet: list[str] = alphabet) -> str:
            long = dice.random() < 0.1
            return "".join(
                dice.choices(alphabet, k=dice.randint(9, 11) if long else dice.randint(2, 5))
            )

        name = word()
        if dice.random() < 0.15:
            name += dice.choice(JOINTS) + word()
        if dice.random() < 0.1:
            name += " " + word()
        yield name


def folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    kept = (PLAIN.get(char, char) for char in plain if unicodedata.category(char)[0] != "M")
    return "".join(kept)


def words(typed: str) -> list[list[str]]:
    """Each word as the pieces between its joints."""
    split = reduce(lambda word, joint: word.replace(joint, "'"), JOINTS, typed).split()
    return [[folded(piece) for piece in word.split("'") if piece] for word in split]


def spelled_out(typed: str) -> str:
    """Umlauts as two letters."""
    one = unicodedata.normalize("NFC", typed).casefold()
    return "".join(TWO_LETTERS.get(char, char) for char in one)


def is_ideograph(term: str) -> bool:
    return term[:1] in IDEOGRAPHS


def parts(name: str) -> set[str]:
    """What a name can be found by: each piece, joined or apart; of ideographs all of it, too."""
    found = {part for spelling in (name, spelled_out(name)) for pieces in words(spelling)
             for part in (*pieces, "".join(pieces))}  # fmt: skip
    if any(map(is_ideograph, unicodedata.normalize("NFKD", name))):
        found.add("".join("".join(pieces) for pieces in words(name)))
    return found


class Known:
    """Who has which whole parts and which beginnings, by the names alone."""

    def __init__(self, names: dict[int, str]) -> None:
        self.whole: dict[str, set[int]] = defaultdict(set)
        self.begins: dict[str, set[int]] = defaultdict(set)
        for patient_id, name in names.items():
            for part in parts(name):
                self.whole[part].add(patient_id)
                for length in range(1, len(part) + 1):
                    self.begins[part[:length]].add(patient_id)

    def meant(self, typed: str) -> set[int]:
        """Who has all that was typed, with joints as nothing or as spaces."""
        both = list(zip(words(typed), words(spelled_out(typed)), strict=True))
        joined = [("".join(pieces), "".join(spelled)) for pieces, spelled in both]
        apart = [pair for pieces, spelled in both for pair in zip(pieces, spelled, strict=True)]
        return self._have(joined) | self._have(apart)

    def _have(self, terms: list[tuple[str, str]]) -> set[int]:
        enough = any(len(term) >= 2 or is_ideograph(term) for term, _spelled in terms)
        among = self.begins if enough else self.whole
        return set.intersection(*(among[term] | among[spelled] for term, spelled in terms))


def beginnings(names: dict[int, str]) -> list[str]:
    """Every beginning of two or more letters, each once."""
    return sorted(
        {
            name[:length]
            for name in names.values()
            for length in range(2, len(name) + 1)
            if sum(unicodedata.category(char)[0] == "L" for char in name[:length]) >= 2
        }
    )


@pytest.fixture
def names(alder: Clinic, session) -> dict[int, str]:
    """The names of ten thousand patients, by who has which."""
    invents = invented(Random(4))
    typed = [next(invents) for _ in range(HOW_MANY)]
    with alder.at_work():
        ids: list[int] = []
        for start in range(0, HOW_MANY, AT_ONCE):
            many = typed[start : start + AT_ONCE]
            ids += register_checked(
                [PatientDetails(first_name="", last_name=name) for name in many]
            )
        session.execute(text("RESET SESSION AUTHORIZATION"))
        for table in ("patients", "patient_search_tokens"):
            session.execute(text(f"ANALYZE {table}"))
    return dict(zip(ids, typed, strict=True))


def found(typed: Sequence[str]) -> list[set[int]]:
    """Whom the search finds for each text, however many; all asked for in one statement."""
    ids: list[set[int]] = [set() for _ in typed]
    asked = [
        (n, reading) for n, each in enumerate(typed) for reading in readings(each, today=TODAY)
    ]
    candidates = searching._candidates([reading for _n, reading in asked], first=50)
    for (n, _), (reading, held) in zip(asked, candidates, strict=True):
        ids[n] |= {row.id for row, people in held if searching._meant(reading, people)}
    return ids


@pytest.mark.timeout(600)
def test_every_beginning_finds_all_who_have_it_and_nobody_else(names, alder: Clinic):
    known, typed = Known(names), beginnings(names)
    with alder.at_work():
        for start in range(0, len(typed), 200):
            some = typed[start : start + 200]
            assert found(some) == [known.meant(each) for each in some]
        for each in typed[::200]:
            shown = {row.id for row in search_patients(each)}
            assert shown == known.meant(each) or len(shown) == MOST_FOUND, each
