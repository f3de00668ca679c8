"""A name is found however its letters are typed, and as short as it is.

The kind of fault: what a name is folded to depends on who types it. An umlaut is one letter or two,
and a name of ideographs is written without a space, and may be one character.
"""

import pytest

from portal.patients.queries.searching import search_patients
from tests.patients.conftest import register


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Jürgen", "Müller", "Mueller"), ("Juergen", "Mueller", "Müller"),
        ("Jürgen", "Müller", "muller jurgen"), ("Søren", "Åse", "Soeren Aase"),
        ("Soeren", "Aase", "Søren Åse"), ("Karl", "Groß", "Gross"), ("Karl", "Gross", "Groß"),
        ("Ægir", "Bæk", "Aegir Baek"), ("Jürgen", "Müller-Lüdenscheidt", "Mueller Luedenscheidt"),
        ("Jürgen", "Müller-Lüdenscheidt", "Muellerluedenscheidt"),
        ("明", "李", "李明"), ("明", "李", "明李"), ("明", "李", "李"), ("明", "李", "李 明"),
        ("太郎", "佐藤", "佐藤太郎"), ("민준", "김", "김민준"), ("민준", "김", "김"),
        ("さくら", "田中", "田中さくら"),
    ],
)  # fmt: skip
def test_a_name_is_found(clinic, first, last, typed):
    patient = register(first, last)
    register("Zora", "Neale")
    assert [row.id for row in search_patients(typed)] == [patient.id]


def test_one_ideograph_is_enough_for_the_screen(browser, alder):
    with alder.at_work():
        register("明", "李")
    browser.sign_in(alder.desk)
    assert "李, 明" in browser.send("/patients/search", {"q": "李"}).text
    assert "李, 明" not in browser.send("/patients/search", {"q": "l"}).text
