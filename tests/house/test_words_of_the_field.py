"""Screens say what the field says; words that were ours alone do not come back.

The fault's kind: one thing under several names, or under a name that nobody at a front desk uses.
What is read here is every message in English, so that it holds for pages, errors and toasts alike.
"""

import re

import pytest

from portal.config import ROOT
from portal.web.languages import OWN
from tests.house.files import offenders
from tools import messages

# What is not said, and what is said instead.
NOT_SAID = {
    r"wish(es)?": "waitlist entry",
    r"kinds? of steps?": "step type",
    r"usual steps": "default workflow",
    r"(broke|break|breaks|breaking)[ -](the )?glass": "emergency access",
    r"free starts?": "opening",
    r"left empty": "leave blank",
    r"every one": "all",
    r"every payer's": "all",
    r"take (it|them) back": "restore, undo",
    r"give again|give the place|a place at|no place": "location, works at",
    r"open again|let in again|put back": "restore",
    r"visits to decide": "appointments to reschedule",
    r"whom it touches|what it does": "preview",
    r"something changed in the meantime": "what stands in the way",
    r"have the right to|has the right to": "have permission to",
    r"put (it |the checklist )?away": "dismiss",
    r"becomes? of (it|each)": "result",
    r"brought": "uploaded",
    r"decide later": "not decided yet",
    r"orthopaed\w+|paediat\w+|catalogue": "as in American English",
}


@pytest.fixture(scope="module")
def said() -> list[str]:
    every = (message.id for message in messages.collected() if message.id)
    return [words for each in every for words in ([each] if isinstance(each, str) else each)]


@pytest.mark.parametrize("not_said", NOT_SAID)
def test_no_message_has_a_word_of_ours_for_what_the_field_has_one_for(said, not_said):
    pattern = re.compile(rf"\b({not_said})\b", re.IGNORECASE)
    assert [words for words in said if pattern.search(words)] == [], NOT_SAID[not_said]


# The doctor of an appointment is the provider in a list's heading, and nowhere else.
LISTS = re.compile(r"""(<th scope="col">|data-label=["'])\{\{ _\(["']Provider["']\) \}\}""")
PROVIDER = re.compile(r"""_\(\s*["']Provider["']""")
# What is booked is an appointment, in every count and in what is done with it.
BOOKED = re.compile(
    r"\b(move|cancel|book|booked|rebook|coming|open|later|of) (one |all |other )?visits?\b"
    r"|\bvisits? (was|were|is|are) (booked|moved|cancelled)|\)s visits?$|\bthe visits and\b"
    r"|\bvisits or\b",
    re.IGNORECASE,
)


def test_the_doctor_of_an_appointment_is_the_provider_in_lists_alone():
    def elsewhere(text: str) -> list[str]:
        return PROVIDER.findall(LISTS.sub("", text))

    assert offenders((ROOT / "portal").rglob("*.py"), elsewhere) == {}
    assert offenders((ROOT / "portal" / "templates").rglob("*.html"), elsewhere) == {}


def test_lists_of_appointments_have_one_heading_for_their_doctor():
    """Where the patient, or the time, of an appointment is a heading beside it."""
    pages = (ROOT / "portal" / "templates").rglob("*.html")
    other = re.compile(r"""\{\{ _\(['"]Doctor['"]\) \}\}['"]?>\{\{ (?:visit|start)\.doctor""")
    assert offenders(pages, other.findall) == {}


def test_what_is_booked_is_an_appointment(said):
    assert [words for words in said if BOOKED.search(words)] == []


# In Spanish too one thing has one name.
NOT_SAID_IN_SPANISH = {
    r"centros?": "sede",
    r"NHC|exp\.|número de expediente": "N.º de historia",
}


@pytest.mark.parametrize("not_said", NOT_SAID_IN_SPANISH)
def test_no_message_in_spanish_has_another_word_for_it(not_said):
    pattern = re.compile(rf"\b({not_said})(?!\w)", re.IGNORECASE)
    catalog = messages.read(OWN / "es" / "LC_MESSAGES" / "messages.po")
    every = [each.string for each in catalog if each.id]
    said = [words for each in every for words in ([each] if isinstance(each, str) else each)]
    assert [words for words in said if pattern.search(words)] == []


def test_what_stands_beside_a_spanish_word_agrees_with_it():
    """`All` are appointments and offerings, `None` are appointments: both are feminine there."""
    catalog = messages.read(OWN / "es" / "LC_MESSAGES" / "messages.po")
    agreeing = {"All": "Todas", "None": "Ninguna", "No alerts.": "Ninguna alerta."}
    assert {each: catalog[each].string for each in agreeing} == agreeing
    assert catalog["Insurance"].string == "Seguro"
