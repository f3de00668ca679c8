"""A language is a code from a list, and an interpreter is needed because somebody said so.

The kind of fault: a meaning taken from a text of any shape (a preferred language "English" in
words raised the flag for an interpreter). What is no language raises no flag; what was said by
name is kept as its code; what nobody knows stays as it is and is shown.
"""

import re

import pytest

from portal.patients.queries.records import get_patient
from portal.patients.rules.kept import (
    Extras,
    address_lines,
    extras_of,
    needs_interpreter,
    with_extras,
)
from portal.patients.rules.languages import codes, is_foreign, tag_of
from tests.patients.conftest import register
from tests.support.client import Browser
from tests.support.people import Clinic


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("es", "es"), ("es_mx", "es-MX"), ("EN-gb", "en-GB"), ("English", "en"),
        ("español", "es"), ("Vietnamese", "vi"), ("gibberish", None), ("", None),
    ],
)  # fmt: skip
def test_a_language_typed_as_a_tag_or_by_its_name_is_a_code(typed, kept):
    assert tag_of(typed) == kept


@pytest.mark.parametrize(
    ("spoken", "foreign"),
    [("es", True), ("en-GB", False), ("English", False), ("gibberish", False), (None, False)],
)
def test_only_a_language_can_be_another_one(spoken, foreign):
    assert is_foreign(spoken, "en-US") is foreign


def test_what_was_said_of_an_interpreter_goes_before_the_language():
    assert needs_interpreter({"interpreter": False}, "es", "en-US") is False
    assert needs_interpreter({"interpreter": True}, "en", "en-US") is True
    assert needs_interpreter(None, "es", "en-US") is True


def test_every_code_of_the_list_is_a_language():
    assert all(tag_of(code) == code for code in codes())


def test_what_an_import_left_in_meta_is_shown_and_nothing_else_is_lost():
    meta = {"gender": "female", "address": {"line": ["1 Elm"], "city": "Peoria"}, "other": 1}
    extras = extras_of(meta)
    assert (extras.sex, address_lines(extras.address)) == ("female", ["1 Elm", "Peoria"])
    assert with_extras(meta, extras) == meta
    assert with_extras(meta, Extras()) == {"other": 1}


FIELD = r'class="input" id="\w+" name="(\w+)"'
INPUT = rf'<input {FIELD}[^>]*? value="([^"]*)"'
SELECT = rf"<select {FIELD}.*?>(.*?)</select>"
AREA = rf"<textarea {FIELD}.*?>(.*?)</textarea>"


def form_of(browser: Browser, address: str) -> dict[str, str]:
    """What a browser would post of a form that nobody touched."""
    page = browser.get(address)
    return {"csrf_token": browser.csrf} | chosen(page.text)


def chosen(page: str) -> dict[str, str]:
    form = page.split('id="patients-form"', 1)[1].split("</form>", 1)[0]
    typed = dict(re.findall(INPUT, form))
    for name, options in re.findall(SELECT, form, re.DOTALL):
        found = re.search(r'<option value="([^"]*)" selected', options)
        typed[name] = found[1] if found else ""
    typed |= dict(re.findall(AREA, form, re.DOTALL))
    return typed


@pytest.mark.parametrize("language", ["es-MX", "klingon", "tlh-XX", None])
def test_editing_a_patient_keeps_a_language_that_is_none_of_the_list(
    browser: Browser, alder: Clinic, language
):
    with alder.at_work():
        known = {"gender": "other", "address": {"line": ["1 Elm", "Flat 2"], "country": "US"},
                 "interpreter": False, "consent": {"phone": True}}  # fmt: skip
        patient = register("Greta", "Marchetti", facility_id=alder.facility_id, meta=known,
                           preferred_language=language)  # fmt: skip
        patient_id = patient.id
    browser.sign_in(alder.desk)
    typed = form_of(browser, f"/patients/{patient_id}/edit")
    assert browser.post(f"/patients/{patient_id}/edit", data=typed).status_code == 303
    with alder.at_work():
        kept = get_patient(patient_id)
        assert (kept.preferred_language, kept.meta) == (language, known)
