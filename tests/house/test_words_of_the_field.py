"""Screens say what the field says; words that were ours alone do not come back.

The fault's kind: one thing under several names, or under a name that nobody at a front desk uses.
What is read here is every message in English, so that it holds for pages, errors and toasts alike.
"""

import re

import pytest

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
