"""Alerts, notes and contacts on a chart: several, dated, signed, ended or corrected and kept."""

import re
from uuid import uuid4

import pytest

from portal.errors import NotFound
from portal.patients.commands.charting import (
    ContactDetails,
    add_alert,
    add_contact,
    add_note,
    change_contact,
    correct_note,
    correct_old_note,
    end_alert,
    end_contact,
    end_old_alert,
)
from portal.patients.queries.charting import (
    list_alerts,
    list_contacts,
    list_ended_alerts,
    list_notes,
)
from portal.patients.queries.records import get_patient
from portal.patients.rules import charting as rules
from portal.patients.rules.details import PhoneMalformed
from tests.patients.conftest import register
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import MONDAY, on_monday


def alerts(patient) -> list[tuple[str, str]]:
    return [(alert.kind, alert.text) for alert in list_alerts(patient)]


def test_several_alerts_stand_side_by_side_allergies_first(clinic, anna):
    add_alert(anna, "billing", "Owes for 2024", key=uuid4())
    add_alert(anna, "allergy", "Penicillin", key=uuid4())
    add_alert(anna, "safety", "Falls", key=uuid4())
    assert alerts(anna) == [
        ("allergy", "Penicillin"), ("safety", "Falls"), ("billing", "Owes for 2024")
    ]  # fmt: skip


def test_an_alert_that_ended_stays_with_who_ended_it(clinic, anna):
    alert = add_alert(anna, "safety", "Falls", key=uuid4())
    end_alert(anna, alert.id)
    assert alerts(anna) == []
    [ended] = list_ended_alerts(anna)
    assert (ended.text, ended.ended_at is not None) == ("Falls", True)
    with pytest.raises(rules.AlertEnded):
        end_alert(anna, alert.id)


def test_the_one_alert_of_before_is_shown_and_can_be_ended(clinic, anne):
    """Kind: data of before a change of shape, which nobody may lose and no migration can open."""
    assert alerts(anne) == [("other", "Allergic to latex")]
    end_old_alert(anne)
    assert alerts(anne) == []
    assert [each.text for each in list_ended_alerts(anne)] == ["Allergic to latex"]
    with pytest.raises(rules.AlertEnded):
        end_old_alert(anne)


def test_one_key_writes_once(clinic, anna):
    key = uuid4()
    first = add_note(anna, "Rings at noon", key=key)
    assert add_note(anna, "Rings at noon", key=key).id == first.id
    assert len(list_notes(anna)) == 2


def test_notes_are_read_newest_first_the_one_of_before_last(clinic, anna):
    for text in ("First", "Second"):
        add_note(anna, text, key=uuid4())
    assert [note.text for note in list_notes(anna)] == [
        "Second", "First", "Came with her son"
    ]  # fmt: skip


def test_a_corrected_note_keeps_how_it_read_before(clinic, anna):
    first = add_note(anna, "Comes by bus", key=uuid4())
    second = correct_note(anna, first.id, "Comes by train", key=uuid4())
    correct_note(anna, second.id, "Comes on foot", key=uuid4())
    note = list_notes(anna)[0]
    assert note.text == "Comes on foot"
    assert [before.text for before in note.earlier] == ["Comes by train", "Comes by bus"]
    with pytest.raises(rules.NoteCorrectedMeanwhile):
        correct_note(anna, first.id, "Comes by car", key=uuid4())


def test_the_one_note_of_before_can_be_corrected_like_the_others(clinic, anna):
    correct_old_note(anna, "Came with her daughter", key=uuid4())
    [note] = list_notes(anna)
    assert (note.text, note.earlier[0].text) == ("Came with her daughter", "Came with her son")
    assert anna.notes is None


def test_somebody_to_call_is_written_down_changed_and_removed(clinic, anna):
    details = ContactDetails("guardian", "Bo Lind", "father", "312 555 0147")
    made = add_contact(anna, details, key=uuid4())
    [contact] = list_contacts(anna)
    assert (contact.role, contact.name, contact.relation) == ("guardian", "Bo Lind", "father")
    changed = ContactDetails("emergency", "Bo Lind", "father", "312 555 0148")
    change_contact(anna, made.id, changed)
    assert list_contacts(anna)[0].phone == "312 555 0148"
    end_contact(anna, made.id)
    assert list_contacts(anna) == []


@pytest.mark.parametrize(
    ("write", "refusal"),
    [
        (lambda who: add_alert(who, "other", "  ", key=uuid4()), rules.AlertEmpty),
        (lambda who: add_alert(who, "other", "x" * 201, key=uuid4()), rules.AlertTooLong),
        (lambda who: add_note(who, None, key=uuid4()), rules.NoteEmpty),
        (lambda who: add_contact(who, ContactDetails("other", " "), key=uuid4()),
         rules.ContactNameMissing),
        (lambda who: add_contact(who, ContactDetails("other", "Bo", None, "x"), key=uuid4()),
         PhoneMalformed),
    ],
)  # fmt: skip
def test_what_says_nothing_is_refused_by_name(clinic, anna, write, refusal):
    with pytest.raises(refusal):
        write(anna)


def test_nobody_ends_or_corrects_what_is_on_another_chart(clinic, anna, anne):
    alert = add_alert(anna, "safety", "Falls", key=uuid4())
    note = add_note(anna, "A note", key=uuid4())
    for act in (
        lambda: end_alert(anne, alert.id),
        lambda: correct_note(anne, note.id, "Another", key=uuid4()),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.fixture
def somebody(alder: Clinic) -> int:
    with alder.at_work():
        return register("Greta", "Marchetti", facility_id=alder.facility_id).id


def key_in(page: str, form: str) -> str:
    part = page.split(f'/{form}"', 1)[1]
    found = re.search(r'name="key" value="([^"]+)"', part)
    assert found
    return found[1]


def test_the_desk_writes_on_the_chart(browser: Browser, alder: Clinic, somebody: int):
    address = f"/patients/{somebody}"
    page = browser.sign_in(alder.desk).get(address).text
    told = {"kind": "allergy", "alert": "Latex", "key": key_in(page, "alerts")}
    assert browser.send(f"{address}/alerts", told).status_code == 303
    assert (
        browser.send(f"{address}/notes", {"note": "one\ntwo", "key": str(uuid4())}).status_code
        == 303
    )
    who = {"role": "emergency", "name": "Bo Lind", "relation": "son", "phone": "312 555 0147"}
    assert browser.send(f"{address}/contacts", who | {"key": str(uuid4())}).status_code == 303
    page = browser.get(address).text
    for words in ("Allergy:</b> Latex", '<span class="lines">one\ntwo</span>', "Bo Lind", "Desk"):
        assert words in page


def test_what_was_typed_stays_when_it_is_refused(browser: Browser, alder: Clinic, somebody: int):
    browser.sign_in(alder.desk)
    typed = {"role": "guardian", "relation": "her aunt", "name": ""}
    answer = browser.send(f"/patients/{somebody}/contacts", typed)
    assert answer.status_code == 422
    assert "Name: say who it is." in answer.text
    assert 'value="her aunt"' in answer.text


def test_two_people_at_one_contact_do_not_overwrite_each_other(
    browser: Browser, alder: Clinic, somebody: int
):
    with alder.at_work():
        who = ContactDetails("other", "Bo Lind", "son", "312 555 0147")
        contact_id = add_contact(get_patient(somebody), who, key=uuid4()).id
    address = f"/patients/{somebody}/contacts/{contact_id}/edit"
    page = browser.sign_in(alder.desk).get(address).text
    typed = {"role": "other", "name": "Bo Lind", "relation": "son"}
    typed["version"] = re.findall(r'name="version" value="([^"]+)"', page)[0]
    assert browser.send(address, typed | {"phone": "312 555 0148"}).status_code == 303
    later = browser.send(address, typed | {"phone": "312 555 0149"})
    assert later.status_code == 409
    assert "(312) 555-0148" in later.text
    assert "(312) 555-0149" in later.text


def test_the_auditor_reads_and_writes_nothing(browser: Browser, alder: Clinic, somebody: int):
    page = browser.sign_in(alder.auditor).get(f"/patients/{somebody}").text
    assert "Add an alert" not in page
    assert browser.send(f"/patients/{somebody}/notes", {"note": "x"}).status_code == 403


def test_who_wrote_is_in_the_log(alder: Clinic, browser: Browser, somebody: int):
    browser.sign_in(alder.desk)
    browser.send(f"/patients/{somebody}/notes", {"note": "A note"})
    [entry] = alder.entries("patient_notes.insert")
    assert (entry.patient_id, entry.user_id) == (somebody, alder.desk.id)


def test_since_when_somebody_is_registered_is_by_the_clinics_clock(clinic):
    with on_monday():
        patient = register("Ann", "Lind")
    assert patient.created_at.date() == MONDAY.date()
