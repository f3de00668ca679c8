"""Bodies, versions and addresses that none of the portal's own pages sends, each found by chance.

The kind: something read before anybody looks whether it can be what was written here.
"""

import pytest

from tests.auth.subjects import a_visit
from tests.support.factories import a_facility

JSON = ["[" * 9_000, "{" * 9_000, "[]", "[1, 2]", '{"name": {"a": []}}', '"x"', "7", "null", "{"]


@pytest.mark.parametrize("body", JSON)
def test_no_form_reads_json(browser, alder, body) -> None:
    browser.sign_in(alder.owner)
    headers = {"X-CSRFToken": browser.csrf}
    for address in ("/account/language", "/facilities/new", "/account/proof"):
        answer = browser.post(address, data=body, content_type="application/json", headers=headers)
        assert answer.status_code in {200, 303, 400, 422}, address


@pytest.mark.parametrize("version", ["9" * 12, "9" * 400, "²", "-1", "x", ".", "1e9", "9999999999"])
def test_a_version_that_was_not_written_here_counts_as_an_old_one(browser, alder, version) -> None:
    with alder.at_work():
        facility = a_facility().id
    browser.sign_in(alder.owner)
    address = f"/facilities/{facility}/edit"
    browser.get(address)
    assert browser.send(address, {"version": version, "name": "Hall"}).status_code < 500


def test_a_message_that_names_a_patient_waits_for_a_page_that_is_none(browser, alder) -> None:
    visit = a_visit(alder)["appointment_id"]
    browser.sign_in(alder.desk)
    assert browser.send(f"/appointments/{visit}/confirmation").status_code == 303
    assert browser.get("/nowhere").status_code == 404
    assert [entry.action_type for entry in alder.entries("message.seen")] == ["message.seen"]
