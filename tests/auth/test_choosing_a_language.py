"""Everybody reads the portal in the language they chose, else in their clinic's."""

import email

import pytest
from sqlalchemy import text

from portal.auth.queries import get_user
from portal.db import session
from portal.staff.queries import get_user_by_email
from portal.web.languages import offered
from tests.support import pseudo
from tests.support.scheduling import a_patient, a_practice, book, hours, on_monday

ACCOUNT = "/account/language"
INTERPRETER = {"en": "Interpreter", "es": "Intérprete"}


def choose(browser, tag: str):
    browser.get(ACCOUNT)
    return browser.send(ACCOUNT, {"locale": tag})


def clinic_speaks(clinic, tag: str) -> None:
    with clinic.at_work():
        session.execute(
            text("UPDATE tenants SET locale = :tag WHERE id = :id"), {"tag": tag, "id": clinic.id}
        )


def test_spanish_comes_with_the_portal(app):
    assert offered(app) == ("en", "es")


def test_who_chooses_spanish_reads_spanish_from_the_next_page_on(browser, alder):
    browser.sign_in(alder.desk)
    assert choose(browser, "es").status_code == 303
    shown = browser.get("/account/").text
    assert '<html lang="es" dir="ltr">' in shown
    assert "Desde ahora el portal le habla en español." in shown
    assert "Cerrar sesión" in shown
    assert "Sign out" not in shown
    with alder.at_work():
        assert get_user(alder.desk.id).locale == "es"


def test_a_folder_of_catalogues_brings_further_languages(
    app, browser, alder, monkeypatch, tmp_path
):
    monkeypatch.setitem(app.config, "PORTAL_TRANSLATIONS", pseudo.write_catalogues(tmp_path))
    browser.sign_in(alder.desk)
    assert '<option value="fa">فارسی' in browser.get(ACCOUNT).text
    choose(browser, pseudo.FROM_THE_RIGHT)
    shown = browser.get("/account/").text
    assert '<html lang="fa" dir="rtl">' in shown
    assert pseudo.turned("Sign out") in shown


def test_the_choice_is_ones_own(browser, alder):
    browser.sign_in(alder.desk)
    choose(browser, "es")
    browser.sign_in(alder.admin)
    assert '<html lang="en" dir="ltr">' in browser.get("/account/").text


def test_it_is_shown_as_chosen_and_can_be_the_clinics_again(browser, alder):
    browser.sign_in(alder.desk)
    choose(browser, "es-US")
    assert '<option value="es-US" selected>español (Estados Unidos)' in browser.get(ACCOUNT).text
    choose(browser, "")
    assert "Your account" in browser.get("/account/").text


def test_a_language_that_nobody_offers_is_refused_beside_the_field(browser, alder):
    browser.sign_in(alder.desk)
    answer = choose(browser, "xx")
    assert answer.status_code == 422
    assert 'id="locale-error"' in answer.text


@pytest.mark.parametrize(
    ("tag", "page"),
    [("es", "es"), ("es-MX", "es-MX"), ("ES-mx", "es-MX"), ("de-CH", "en"), ("es-nowhere", "es")],
)
def test_a_clinics_language_is_everybodys_who_chose_none(browser, alder, tag, page):
    clinic_speaks(alder, tag)
    browser.sign_in(alder.desk)
    assert f'<html lang="{page}" dir="ltr">' in browser.get("/account/").text


@pytest.mark.parametrize(
    ("wanted", "page"),
    [("es-AR,es;q=0.9,en;q=0.5", "es"), ("fr, en;q=0.5", "en"), ("fr", "en"), ("*", "en")],
)
def test_before_anybody_signs_in_the_browsers_language_is_spoken(browser, wanted, page):
    shown = browser.get("/sign-in", headers={"Accept-Language": wanted}).text
    assert f'<html lang="{page}" dir="ltr">' in shown
    assert ("Iniciar sesión" in shown) == (page == "es")


def test_a_refusal_is_in_the_readers_language(browser, alder):
    browser.sign_in(alder.clinician)
    choose(browser, "es")
    assert "Su rol no tiene permiso para ver al personal." in browser.get("/staff/").text


def test_letters_are_in_the_language_of_who_gets_them(app, browser, alder, monkeypatch, tmp_path):
    monkeypatch.setitem(app.config, "PORTAL_INSTANCE", tmp_path)
    browser.sign_in(alder.clinician)
    choose(browser, "es")
    browser.sign_in(alder.owner)
    with alder.at_work():
        person = get_user_by_email(alder.clinician.email)
    assert browser.send(f"/staff/{person.id}/link").status_code == 303
    [file] = (tmp_path / "outbox").glob("*.eml")
    letter = email.message_from_bytes(file.read_bytes())
    assert "El enlace sirve una sola vez" in letter.get_payload(decode=True).decode()


@pytest.mark.parametrize(("spoken", "marked"), [("en", False), ("es", True)])
@pytest.mark.parametrize("reader", ["en", "es"])
def test_who_needs_an_interpreter_is_the_same_for_every_reader(
    browser, alder, spoken, marked, reader
):
    """The kind: a fact of a patient that is taken from the language of whoever looks."""
    with alder.at_work(), on_monday():
        practice = a_practice(alder.facility_id)
        hours(practice)
        patient = a_patient(preferred_language=spoken)
        visit = book(practice, "10:00", patient_id=patient.id)
    board = f"/appointments/day?date={visit.start_at:%Y-%m-%d}"
    with on_monday():
        browser.sign_in(alder.desk)
        choose(browser, reader)
        card = browser.get(board).text.split(f'id="visit-{visit.id}"')[1].split("</li>")[0]
        sheet = browser.get(board.replace("/day?", "/day-sheet?")).text
        shown = browser.get(f"/patients/{patient.id}").text
    assert ('#languages"' in card) is marked
    assert (f"{INTERPRETER[reader]}:" in sheet) is marked
    assert (f"</svg>{INTERPRETER[reader]}</span>" in shown) is marked
