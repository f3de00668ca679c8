"""Of the links that somebody was sent one opens: the newest, once, and none after another way in.

The kind: what opens a door stays valid after the door was opened, or locked, in another way.
"""

from collections.abc import Callable

import pytest

from portal.auth.queries import get_user
from portal.staff.commands.people import make_link
from tests.support.client import Browser
from tests.support.people import PASSWORD, Clinic

CHOSEN = "six blue boats at noon"


def sent(clinic: Clinic) -> str:
    """A link to choose a new password, for the front desk."""
    with clinic.at_work():
        return make_link(get_user(clinic.desk.id))


def opens(browser: Browser, token: str) -> bool:
    """Whether a password can be chosen by it."""
    browser.get(f"/welcome/{token}")
    return browser.send(f"/welcome/{token}", {"password": CHOSEN}).status_code == 303


def by_a_newer_link(_browser: Browser, clinic: Clinic) -> None:
    sent(clinic)


def by_changing_the_password(browser: Browser, clinic: Clinic) -> None:
    browser.sign_in(clinic.desk)
    typed = {"current_password": PASSWORD, "password": "seven green boats at noon"}
    assert browser.send("/account/password", typed).status_code == 303


def by_disabling(browser: Browser, clinic: Clinic) -> None:
    browser.sign_in(clinic.owner)
    for act in ("deactivation", "activation"):
        assert browser.send(f"/staff/{clinic.desk.id}/{act}", {}).status_code == 303


def by_another_role(browser: Browser, clinic: Clinic) -> None:
    browser.sign_in(clinic.owner)
    address = f"/staff/{clinic.desk.id}/edit"
    assert browser.send(address, {"role": "owner", "access_scope": "all"}).status_code == 303


def by_being_signed_out_everywhere(browser: Browser, clinic: Clinic) -> None:
    browser.sign_in(clinic.admin)
    assert browser.send(f"/staff/{clinic.desk.id}/sessions/ending").status_code == 303


def by_signing_out_every_other_browser(browser: Browser, clinic: Clinic) -> None:
    browser.sign_in(clinic.desk)
    assert browser.send("/account/sessions/ending").status_code == 303


@pytest.mark.parametrize(
    "spent",
    [
        by_a_newer_link,
        by_changing_the_password,
        by_disabling,
        by_another_role,
        by_being_signed_out_everywhere,
        by_signing_out_every_other_browser,
    ],
)
def test_an_older_link_opens_nothing(
    app, browser, alder, spent: Callable[[Browser, Clinic], None]
) -> None:
    older = sent(alder)
    spent(browser, alder)
    assert not opens(Browser(app), older)


def test_the_newest_opens_once(app, alder) -> None:
    token = sent(alder)
    assert opens(Browser(app), token)
    assert not opens(Browser(app), token)


@pytest.mark.parametrize("who", ["owner", "desk", "elsewhere"])
def test_it_opens_where_somebody_is_signed_in_whose_session_ends(app, alder, birch, who) -> None:
    """The kind: who begins a session in the place of another's speaks as the one before."""
    browser = Browser(app).sign_in(birch.owner if who == "elsewhere" else getattr(alder, who))
    there = browser.get_cookie("portal").value
    token = sent(alder)
    assert opens(browser, token)
    assert alder.desk.email in browser.get("/account/").text
    browser.set_cookie("portal", there)
    assert browser.get("/account/").status_code == 401
