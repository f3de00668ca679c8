"""An import never registers somebody a second time without asking.

The kind of fault: a line is compared with what earlier imports brought, by the sender's number, and
not with the patients of the clinic. They are known by the clinic's own number; the same name and
birth date, or telephone, is told and left out unless somebody chooses otherwise.
"""

import json
from datetime import date

import pytest

from portal.patients.commands.importing import import_patients
from portal.patients.queries.records import list_recent_patients
from portal.patients.queries.searching import search_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.fhir import patient_of
from portal.patients.rules.incoming import Taken
from portal.schema.patients import Patient
from tests.exchange.test_exporting_lists import take
from tests.exchange.test_importing_lists import bring, count, do, mapped, show, whole
from tests.patients.conftest import register

LIKELY = """First name,Last name,Date of birth,Phone
Anne,Okafor,1980-03-04,
Grace,Eze,1950-01-01,+1 312 555 0142
Zora,Neale,1990-01-01,
"""


@pytest.fixture
def here(alder):
    """Somebody registered on the screen."""
    with alder.at_work():
        return register("Ann", "Okafor", dob=date(1980, 3, 4), phone="(312) 555-0142").mrn


def outcomes(incoming, clinic, **options) -> list[str]:
    fates = []
    with clinic.at_work():
        import_patients(incoming, facility_id=clinic.facility_id, on_result=fates.append, **options)
    return [fate.outcome for fate in fates]


def test_what_was_exported_adds_nobody_when_it_is_imported_again(browser, alder, here):
    with alder.at_work():
        register("Bo", "Undated")
    browser.sign_in(alder.owner)
    exported = take(browser, "patients").data
    shown, _done = whole(browser, "patients", exported)
    assert "0 lines added" in shown
    assert "2 here already" in shown
    assert count(alder, Patient) == 2


def test_without_the_number_the_same_file_is_asked_about_and_left_out(browser, alder, here):
    browser.sign_in(alder.owner)
    exported = take(browser, "patients").data
    shown, done = whole(browser, "patients", exported, column_external_id="-1")
    assert "1 that may be here already" in " ".join(shown.split())
    assert f"MRN {here} has the same birth date and telephone, and a similar name" in shown
    assert count(alder, Patient) == 1
    assert "left out: may be here already" in done


def test_likely_ones_are_registered_when_they_are_ticked(browser, alder, here):
    browser.sign_in(alder.owner)
    address = bring(browser, "patients", LIKELY).location
    typed = mapped(browser.get(address).text)
    shown = show(browser, address, typed)
    assert 'name="anyway" value="2"' in shown.text
    assert 'name="anyway" value="3"' in shown.text
    assert "has the same telephone" in shown.text
    assert do(browser, address, typed | {"anyway": "3"}, shown).status_code == 303
    with alder.at_work():
        names = {row.name for row in list_recent_patients()}
    assert names == {"Ann Okafor", "Grace Eze", "Zora Neale"}


def test_all_of_them_can_be_chosen_at_once(browser, alder, here):
    browser.sign_in(alder.owner)
    whole(browser, "patients", LIKELY, anyway="all")
    assert count(alder, Patient) == 4


def test_a_number_of_somebody_elses_is_no_number_of_ours(alder, here):
    other = PatientDetails(
        first_name="Zora", last_name="Neale", dob=date(1990, 1, 1), external_ids=(f"csv|{here}",)
    )
    assert outcomes([Taken(1, other)], alder) == ["added"]


def test_people_of_one_file_are_not_compared_with_each_other(alder):
    twins = [
        PatientDetails(first_name="Baby", last_name="Eze", dob=date(2020, 1, 1),
                       phone="312 555 0142", external_ids=(f"csv|{number}",))
        for number in ("a", "b")
    ]  # fmt: skip
    assert outcomes([Taken(n, each) for n, each in enumerate(twins)], alder) == ["added", "added"]


@pytest.mark.parametrize(
    ("identifier", "outcome"), [("the clinic's", "known"), ("their own", "likely")]
)
def test_a_fhir_patient_is_recognised(alder, here, identifier, outcome):
    record = {"coding": [{"code": "MR"}]}
    value = here if identifier == "the clinic's" else "A-17"
    line = json.dumps({
        "resourceType": "Patient", "birthDate": "1980-03-04",
        "name": [{"family": "Okafor", "given": ["Ann"]}],
        "identifier": [{"system": "urn:alder", "value": value, "type": record}],
    })  # fmt: skip
    details, _remarks = patient_of(line)
    assert outcomes([Taken(1, details)], alder) == [outcome]
    assert outcomes([Taken(1, details)], alder, anyway=[1]) == [
        "known" if outcome == "known" else "added"
    ]


def test_the_report_names_nobody(browser, alder, here):
    browser.sign_in(alder.owner)
    _shown, done = whole(browser, "patients", LIKELY)
    assert "Okafor" not in done
    assert "Eze" not in done


def test_names_of_before_come_with_a_file_are_found_and_go_out_again(browser, alder):
    browser.sign_in(alder.owner)
    lines = 'First name,Last name,DOB,Former names\nAnn,Okafor,1980-03-04,"Lee, Ann; Bo, Ann"\n'
    shown, _done = whole(browser, "patients", lines)
    assert "1 line added" in shown
    with alder.at_work():
        for before in ("Ann Lee", "Bo"):
            [found] = search_patients(before)
            assert found.last_name == "Okafor"
    assert "Lee, Ann; Bo, Ann" in take(browser, "patients").data.decode("utf-8-sig")
