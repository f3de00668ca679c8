"""Two people at one record: the second is told what the first saved, and chooses.

The kind: a form wrote every field it had, as it had been when it was opened. Whoever saved second
put back what the first had changed, and nobody was told. A field that one alone changed is kept; a
field that both changed is a 409 with both values. The forms are those of the records next door,
which are found from the routes.
"""

from uuid import uuid4

import pytest

from portal.db import session
from portal.patients.forms.details import MergeForm
from portal.web.forms.fields import PhoneLine
from portal.web.forms.form import PortalForm
from tests.editing.records import RECORDS
from tests.editing.test_an_edit_form_keeps_what_it_shows import address_of
from tests.support.client import Browser
from tests.support.factories import a_facility
from tests.support.pages import send_as_shown, shown
from tests.support.scheduling import on_monday

MARK = "saved this at"


@pytest.fixture
def colleague(app, alder) -> Browser:
    """Somebody else's browser."""
    return Browser(app)


@pytest.mark.parametrize("endpoint", [each for each in RECORDS if each != "auth.language"])
def test_the_later_save_is_asked_with_both_values(app, browser, colleague, alder, endpoint):
    with on_monday(), alder.at_work():
        edited = RECORDS[endpoint](alder)
    address, (mine, theirs) = address_of(app, endpoint, edited.ids), edited.values
    with on_monday():
        browser.sign_in(alder.owner)
        colleague.sign_in(alder.admin)
        opened = shown(browser.get(address).text, "version")
        saved = send_as_shown(colleague, address, **{edited.field: theirs})
        assert saved.status_code == 303, saved.text
        do = {"do": "publish" if "/workflows/" in address else "confirm"}
        late = browser.post(address, data=opened | {edited.field: mine} | do)
        assert late.status_code == 409
        assert "Saved meanwhile" in late.text
        again = shown(late.text, "version")
        assert again[edited.field] == [mine]


@pytest.fixture
def facility(alder):
    with alder.at_work():
        return a_facility(phone="1", address="Old street")


@pytest.mark.parametrize("second", ["desk", "owner"])
def test_whoever_only_looked_meanwhile_has_not_saved(app, browser, colleague, alder, second):
    """Nor is the rest of the log needed to say who has: the front desk reads of changes alone."""
    with on_monday(), alder.at_work():
        edited = RECORDS["patients.edit"](alder)
    address, (mine, theirs) = address_of(app, "patients.edit", edited.ids), edited.values
    with on_monday():
        browser.sign_in(getattr(alder, second))
        colleague.sign_in(alder.admin)
        opened = shown(browser.get(address).text, "version")
        send_as_shown(colleague, address, **{edited.field: theirs})
        Browser(app).sign_in(alder.clinician).get(address)
        late = browser.post(address, data=opened | {edited.field: mine} | {"do": "confirm"})
    assert late.status_code == 409
    assert f"Admin {MARK}" in late.text


def test_one_value_is_chosen_and_then_saved(browser, colleague, alder, facility):
    browser.sign_in(alder.owner)
    colleague.sign_in(alder.admin)
    address = f"/facilities/{facility.id}/edit"
    opened = shown(browser.get(address).text, "version")
    send_as_shown(colleague, address, phone="2222")
    late = browser.post(address, data=opened | {"phone": "3333"})
    assert f"Admin {MARK}" in late.text
    mark = late.text.split('value="theirs-')[1].split('"')[0]
    for choice, phone in (("theirs", "2222"), ("mine", "3333")):
        sent = shown(late.text, "version") | {"keep-phone": f"{choice}-{mark}"}
        sent["once"] = [str(uuid4())]
        assert browser.post(address, data=sent).status_code == 303
        with alder.at_work():
            session.refresh(facility)
            assert facility.phone == phone


def test_both_values_are_written_as_everywhere_else(browser, colleague, alder, facility):
    """The kind: a stored value that is shown raw where two of them are compared."""
    browser.sign_in(alder.owner)
    colleague.sign_in(alder.admin)
    address = f"/facilities/{facility.id}/edit"
    opened = shown(browser.get(address).text, "version")
    send_as_shown(colleague, address, phone="3125550002")
    late = browser.post(address, data=opened | {"phone": "3125550003"}).text
    choices = late.split('id="keep-phone"', 1)[1].split("</fieldset>", 1)[0]
    assert "(312) 555-0003" in choices
    assert "(312) 555-0002" in choices


def test_every_telephone_that_a_form_asks_for_is_written_so(app):
    # A merge asks whose is kept.
    forms = [
        form for form in _forms_of(PortalForm) if hasattr(form, "phone") and form is not MergeForm
    ]
    assert len(forms) > 4
    assert [form for form in forms if form.phone.field_class is not PhoneLine] == []


def _forms_of(base: type) -> list[type]:
    below = base.__subclasses__()
    return below + [form for each in below for form in _forms_of(each)]


def test_a_choice_made_of_an_older_value_is_asked_again(browser, colleague, alder, facility):
    browser.sign_in(alder.owner)
    colleague.sign_in(alder.admin)
    address = f"/facilities/{facility.id}/edit"
    opened = shown(browser.get(address).text, "version")
    send_as_shown(colleague, address, phone="2222")
    late = browser.post(address, data=opened | {"phone": "3333"})
    mark = late.text.split('value="mine-')[1].split('"')[0]
    send_as_shown(colleague, address, phone="4444")
    sent = shown(late.text, "version") | {"keep-phone": f"mine-{mark}"}
    assert browser.post(address, data=sent).status_code == 409


def test_what_two_people_changed_in_different_fields_stays_and_is_said(
    browser, colleague, alder, facility
):
    browser.sign_in(alder.owner)
    colleague.sign_in(alder.admin)
    address = f"/facilities/{facility.id}/edit"
    opened = shown(browser.get(address).text, "version")
    send_as_shown(colleague, address, address="New street")
    assert browser.post(address, data=opened | {"phone": "3333"}).status_code == 303
    assert "Changed by Admin" in browser.get(f"/facilities/{facility.id}").text
    with alder.at_work():
        session.refresh(facility)
        assert (facility.phone, facility.address) == ("3333", "New street")
