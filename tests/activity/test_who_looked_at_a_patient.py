"""Who looked at a patient: a tab of the chart."""

from tests.support.statements import at_most


def test_everyone_who_saw_or_changed_the_patient_is_listed(browser, alder, patient_id):
    browser.sign_in(alder.desk).get(f"/patients/{patient_id}")
    browser.sign_in(alder.auditor)
    shown = browser.get(f"/activity/patients/{patient_id}").text
    assert ">Desk</td>" in shown
    assert "Saw a patient&#39;s details" in shown
    assert "Patient: added" in shown


def test_looking_who_looked_is_a_look(browser, alder, patient_id):
    browser.sign_in(alder.auditor)
    browser.get(f"/activity/patients/{patient_id}")
    [read] = alder.entries("activity.of_patient")
    assert (read.user_id, read.patient_id) == (alder.auditor.id, patient_id)
    assert "Saw who looked" in browser.get(f"/activity/patients/{patient_id}").text


def test_only_those_with_the_right_see_the_tab(browser, alder, patient_id):
    chart = f"/patients/{patient_id}"
    tab = f'href="/activity/patients/{patient_id}"'
    assert tab not in browser.sign_in(alder.desk).get(chart).text
    assert tab in browser.sign_in(alder.auditor).get(chart).text


def test_other_patients_are_not_listed(browser, alder, patient_id, noted):
    noted("patients.show", table="patients", record=patient_id + 1, patient=patient_id + 1)
    browser.sign_in(alder.auditor)
    part = browser.fragment(f"/activity/patients/{patient_id}").text
    assert part.count("<tr>") == 2


def test_the_tab_asks_no_more_however_often_somebody_looked(browser, alder, patient_id, noted):
    noted(*(["patients.show"] * 60), table="patients", record=patient_id, patient=patient_id)
    browser.sign_in(alder.owner)
    with at_most(8):
        shown = browser.get(f"/activity/patients/{patient_id}").text
    assert "Older entries" in shown
