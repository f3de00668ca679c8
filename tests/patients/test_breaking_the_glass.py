"""Opening a patient of another facility: with a reason, for an hour, for one session."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.db import session
from portal.errors import NotFound
from portal.patients.commands.reaching import break_glass
from portal.patients.queries.records import find_patient, get_patient
from portal.patients.rules.access_scope import OutsideFacilities, ReasonTooLong, ReasonTooShort
from portal.schema.patients import BreakGlass
from tests.support.databases import Database
from tests.support.glass import REASON, Elsewhere, broken_glass, elsewhere, signed_in, token_of
from tests.support.people import found

CANARY = "Zebedee"


@pytest.fixture
def there(alder) -> Elsewhere:
    return elsewhere(alder, first_name=CANARY, last_name="Quillfeather")


def page_of(there: Elsewhere) -> str:
    return f"/patients/{there.patient_id}"


def opening_of(there: Elsewhere) -> str:
    return f"{page_of(there)}/break-glass"


def opened(browser, there: Elsewhere):
    """The person signs in and opens the patient."""
    browser.sign_in(there.person)
    answer = browser.send(opening_of(there), {"reason": REASON})
    assert answer.location == page_of(there), answer.text
    return browser


def later(clinic, minutes: int) -> None:
    """Have every break-glass of the clinic be so much older."""
    with clinic.at_work():
        session.execute(text("RESET SESSION AUTHORIZATION"))
        session.execute(
            text("UPDATE break_glass SET expires_at = expires_at - make_interval(mins => :mins)"),
            {"mins": minutes},
        )


def test_a_patient_of_another_facility_is_closed_and_says_what_can_be_done(browser, there):
    answer = browser.sign_in(there.person).get(page_of(there))
    assert answer.status_code == 403
    assert CANARY not in answer.text
    assert f'href="{opening_of(there)}"' in answer.text
    [entry] = there.clinic.entries("patients.outside")
    tried = (there.person.id, there.patient_id, "refused")
    assert (entry.user_id, entry.patient_id, entry.outcome) == tried


def test_whoever_is_told_the_number_leaves_an_entry(browser, there):
    """The kind: that a page tells is written down by the page, and by no statement beside it."""
    browser.sign_in(there.person)
    browser.get(opening_of(there))
    [entry] = there.clinic.entries("patients.elsewhere")
    told = (there.person.id, there.patient_id, "done")
    assert (entry.user_id, entry.patient_id, entry.outcome) == told


def test_whoever_is_told_the_number_beside_a_refused_reason_leaves_an_entry_too(browser, there):
    browser.sign_in(there.person)
    refused = browser.send(opening_of(there), {"reason": "because"})
    assert (refused.status_code, there.mrn in refused.text) == (422, True)
    [entry] = there.clinic.entries("patients.elsewhere")
    told = (there.person.id, there.patient_id, "done")
    assert (entry.user_id, entry.patient_id, entry.outcome) == told


def test_with_a_reason_the_record_opens_and_says_for_how_long(browser, there):
    shown = opened(browser, there).get(page_of(there)).text
    assert CANARY in shown
    assert "Opened by emergency access for 60 more minutes." in shown


def test_what_is_seen_and_done_under_it_is_marked(browser, there):
    opened(browser, there).get(page_of(there))
    browser.send(f"{page_of(there)}/edit", {"last_name": "Quill", "first_name": CANARY})
    of_patient = {"patient_id": there.patient_id}
    [act] = there.clinic.entries("break-glass", **of_patient)
    assert (act.user_id, act.reason, act.outcome) == (there.person.id, REASON, "done")
    for action in ("patients.show", "patients.update"):
        assert {each.reason for each in there.clinic.entries(action, **of_patient)} == {
            "break-glass"
        }


def test_what_was_seen_before_or_by_others_is_not_marked(browser, there):
    browser.sign_in(there.clinic.owner).get(page_of(there))
    opened(browser, there)
    browser.sign_in(there.clinic.owner).get(page_of(there))
    looks = there.clinic.entries("patients.show", user_id=there.clinic.owner.id)
    assert [each.reason for each in looks] == [None, None]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "Say why in at least 10 letters"),
        ("because", "Say why in at least 10 letters"),
        ("?" * 50, "Say why in at least 10 letters"),
        ("x" * 501, "A reason has at most 500 characters"),
        ("x" * 1001, "At most 1000 characters"),
        ("\0" * 20, "Say why in at least 10 letters"),
    ],
)
def test_a_reason_has_to_say_something(browser, there, reason, words):
    browser.sign_in(there.person)
    answer = browser.send(opening_of(there), {"reason": reason})
    assert answer.status_code == 422
    assert words in answer.text
    assert browser.get(page_of(there)).status_code == 403


def test_it_needs_a_fresh_proof(browser, there):
    browser.sign_in(there.person)
    with there.clinic.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    for answer in (
        browser.get(opening_of(there)),
        browser.send(opening_of(there), {"reason": REASON}),
    ):
        assert answer.location.startswith("/account/proof")
    assert there.clinic.entries("break-glass") == []


def test_it_ends_after_an_hour(browser, there):
    opened(browser, there)
    later(there.clinic, minutes=59)
    assert "for one more minute." in browser.get(page_of(there)).text
    later(there.clinic, minutes=1)
    assert browser.get(page_of(there)).status_code == 403


def test_it_ends_when_the_person_signs_out(browser, there):
    opened(browser, there).send("/sign-out")
    assert browser.sign_in(there.person).get(page_of(there)).status_code == 403


def test_nobody_else_profits_and_no_other_patient_opens(browser, app, there):
    opened(browser, there)
    other, colleague = elsewhere(there.clinic), elsewhere(there.clinic).person
    assert browser.get(page_of(other)).status_code == 403
    assert browser.sign_in(colleague).get(page_of(there)).status_code == 403


def test_another_clinics_patient_is_not_found_as_ever(browser, there, birch):
    foreign = elsewhere(birch)
    browser.sign_in(there.person)
    for address in (page_of(foreign), opening_of(foreign), "/patients/1099511627776"):
        assert browser.get(address).status_code == 404
    assert browser.send(opening_of(foreign), {"reason": REASON}).status_code == 404


def test_whoever_may_see_the_patient_goes_to_the_record(browser, there):
    browser.sign_in(there.clinic.owner)
    assert browser.get(opening_of(there)).location == page_of(there)
    assert browser.send(opening_of(there), {"reason": REASON}).location == page_of(there)
    assert there.clinic.entries("break-glass") == []


def test_an_auditor_of_one_facility_is_told_so_and_offered_nothing(browser, alder):
    there = elsewhere(alder, "auditor")
    answer = browser.sign_in(there.person).get(page_of(there))
    assert answer.status_code == 403
    assert opening_of(there) not in answer.text
    assert browser.send(opening_of(there), {"reason": REASON}).status_code == 403


def test_asking_twice_opens_once(browser, there):
    opened(browser, there)
    with signed_in(there.person, there.clinic):
        ends = [break_glass(there.patient_id, REASON) for _ in range(2)]
        assert ends[0] == ends[1]
    assert len(there.clinic.entries("break-glass")) == 2  # one a session


def test_the_command_refuses_what_the_form_would(there):
    with signed_in(there.person, there.clinic):
        with pytest.raises(ReasonTooShort):
            break_glass(there.patient_id, "short")
        with pytest.raises(ReasonTooLong):
            break_glass(there.patient_id, "long " * 101)
        with pytest.raises(NotFound):
            break_glass(2**40, REASON)
        with pytest.raises(OutsideFacilities):
            get_patient(there.patient_id)


BREAK = text("SELECT break_glass(:patient, :why)")


@pytest.mark.parametrize("why", ["", "short", "x" * 501])
def test_the_database_itself_wants_a_reason(there, why):
    with signed_in(there.person, there.clinic):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(BREAK, {"patient": there.patient_id, "why": why})
        assert find_patient(there.patient_id) is None


def test_the_database_itself_wants_a_fresh_proof(there):
    with (
        signed_in(there.person, there.clinic, proven="now() - interval '6 minutes'"),
        pytest.raises(DBAPIError) as refused,
        session.begin_nested(),
    ):
        session.execute(BREAK, {"patient": there.patient_id, "why": REASON})
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO break_glass (user_id, session_id, patient_id, reason, expires_at)"
        " VALUES (current_user_id(), 1, :patient, 'a reason of my own', now())",
        "UPDATE break_glass SET expires_at = now() + interval '1 hour'",
        "UPDATE break_glass SET patient_id = :patient",
        "DELETE FROM break_glass",
    ],
)
def test_no_statement_makes_or_lengthens_one(there, statement):
    broken_glass(there.clinic)
    asked = {"patient": there.patient_id} if ":patient" in statement else {}
    with (
        signed_in(there.person, there.clinic),
        pytest.raises(DBAPIError) as refused,
        session.begin_nested(),
    ):
        session.execute(text(statement), asked)
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_what_hangs_on_the_patient_opens_with_it(there):
    with signed_in(there.person, there.clinic):
        tokens = text("SELECT count(*) FROM patient_search_tokens WHERE patient_id = :patient")
        asked = {"patient": there.patient_id}
        assert session.scalar(tokens, asked) == 0
        break_glass(there.patient_id, REASON)
        assert session.scalar(tokens, asked) > 0
        assert get_patient(there.patient_id).first_name == CANARY
        [use] = session.scalars(select(BreakGlass))
        assert (use.user_id, use.patient_id) == (there.person.id, there.patient_id)


@pytest.mark.database
def test_two_requests_at_once_open_once(own_database: Database):
    with own_database.app().app_context():
        there = elsewhere(found("alder", "America/Chicago"))
        with signed_in(there.person, there.clinic):
            pass

    def ask(connection: psycopg.Connection) -> object:
        connection.execute("SELECT * FROM enter_session(%s)", [token_of(there.person)])
        asked = [there.patient_id, REASON]
        return connection.execute("SELECT break_glass(%s, %s)", asked).fetchone()

    with (
        own_database.connect() as first,
        own_database.connect() as second,
        ThreadPoolExecutor() as pool,
    ):
        ends = ask(first)
        waiting = pool.submit(ask, second)
        first.commit()
        assert waiting.result() == ends
        second.commit()
    with own_database.connect("admin") as admin:
        assert admin.execute("SELECT count(*) FROM break_glass").fetchone() == (1,)
