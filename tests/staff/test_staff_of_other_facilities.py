"""Who is limited to some facilities sees to those of the staff who work at these and no other.

The fault's kind: a command asked whether the facilities that are given lie within reach, and of
those whom it acts on nothing; row security hid where they work besides.
"""

import pytest
from sqlalchemy import text

from portal.auth.queries import get_user
from portal.db import session
from portal.staff.commands.authority import NotYourself, WorksElsewhereToo
from portal.staff.commands.people import (
    change_user,
    disable_user,
    enable_user,
    end_sessions_of,
    new_link,
)
from portal.staff.commands.resets import approve_reset, ask_for_reset, withdraw_reset
from portal.staff.queries import facility_ids_of
from tests.support.factories import a_facility
from tests.support.glass import signed_in
from tests.support.people import Clinic, Person

ACTS = {
    "changed": lambda user: change_user(user, "auditor", tuple(places())),
    "disabled": disable_user,
    "let in again": enable_user,
    "signed out": end_sessions_of,
    "sent a link": new_link,
    "to lose the second factor": lambda user: ask_for_reset(user, "Lost it all"),
    "to keep the second factor": withdraw_reset,
    "to lose it by approval": approve_reset,
}


def places() -> list[int]:
    """The facilities of who is signed in."""
    return list(session.scalar(text("SELECT current_facilities()")))


@pytest.fixture
def annex(alder) -> int:
    with alder.at_work():
        return a_facility(name="Annex").id


@pytest.fixture
def limited(alder) -> Person:
    """An administrator of the first facility."""
    return alder.hire("part", "admin", facility_ids=(alder.facility_id,))


@pytest.fixture(params=["all", "both", "the other"])
def beyond(request, alder, annex) -> Person:
    """Somebody who works where the administrator does not."""
    of = {"all": (), "both": (alder.facility_id, annex), "the other": (annex,)}
    person = alder.hire("beyond", "clinician", facility_ids=of[request.param])
    with signed_in(person, alder):
        pass
    return person


@pytest.mark.parametrize("act", ACTS)
def test_nobody_is_changed_who_works_elsewhere_too(alder, limited, beyond, act):
    with signed_in(limited, alder), pytest.raises(WorksElsewhereToo):
        ACTS[act](get_user(beyond.id))


def test_their_page_says_so_and_has_no_button_that_leads_to_a_refusal(
    browser, alder, limited, beyond
):
    browser.sign_in(limited)
    shown = browser.get(f"/staff/{beyond.id}").text
    assert "works at facilities that are not yours" in shown
    assert f"/staff/{beyond.id}/" not in shown
    for page in ("edit", "factor-reset"):
        answer = browser.get(f"/staff/{beyond.id}/{page}")
        assert answer.status_code == 422
        assert "works at facilities that are not yours" in answer.text


def test_who_works_at_ones_own_facilities_alone_is_seen_to(browser, alder, limited):
    near = alder.hire("near", "clinician", facility_ids=(alder.facility_id,))
    browser.sign_in(limited)
    assert "Disable the account" in browser.get(f"/staff/{near.id}").text
    for act in ("deactivation", "activation", "sessions/ending", "link"):
        assert browser.send(f"/staff/{near.id}/{act}").status_code == 303, act
    typed = {"role": "auditor", "facility_ids": [alder.facility_id]}
    browser.get(f"/staff/{near.id}/edit")
    assert browser.send(f"/staff/{near.id}/edit", typed).status_code == 303


def test_among_ones_own_facilities_somebody_is_invited_and_moved(browser, alder, annex):
    """Given before the old one is taken: in between, having none would be working at all."""
    both = (alder.facility_id, annex)
    browser.sign_in(alder.hire("wide", "admin", facility_ids=both))
    typed = {"email": "new@alder.example", "name": "New", "role": "front_desk"}
    browser.get("/staff/new")
    assert browser.send("/staff/new", typed | {"facility_ids": list(both)}).status_code == 303
    near = alder.hire("near", "clinician", facility_ids=(alder.facility_id,))
    browser.get(f"/staff/{near.id}/edit")
    moved = {"role": "clinician", "facility_ids": [annex]}
    assert browser.send(f"/staff/{near.id}/edit", moved).status_code == 303
    with alder.at_work():
        assert facility_ids_of(near.id) == [annex]


def test_who_sees_every_facility_sees_to_everybody(browser, alder, beyond):
    browser.sign_in(alder.admin)
    assert "Disable the account" in browser.get(f"/staff/{beyond.id}").text
    assert browser.send(f"/staff/{beyond.id}/deactivation").status_code == 303


def test_the_clinics_own_rules_hold_beside_it(alder: Clinic, limited):
    with signed_in(limited, alder), pytest.raises(NotYourself):
        disable_user(get_user(limited.id))
