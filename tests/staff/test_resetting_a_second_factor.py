"""A lost second factor is reset by two people; who knows the password alone gains nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.auth.queries import get_user
from portal.db import session
from portal.schema.accounts import Passkey, RecoveryCode, UserFactor
from tests.auth.test_the_second_factor import give_password
from tests.staff.test_seeing_to_the_staff import elsewhere, link_in, outbox
from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.people import Clinic, Person, found

__all__ = ["elsewhere", "outbox"]
RESET = """
    INSERT INTO factor_resets (user_id, asked_by, approved_by, reason, expires_at, ended_at)
    VALUES (:user, :asked_by, :approved_by, 'Lost', now(), now())
"""
WHY = {"reason": "Lost the telephone; I spoke to her"}


@pytest.fixture
def address(app, alder: Clinic) -> str:
    """Where the front desk's second factor is reset; she has one, and is signed in somewhere."""
    hers = Browser(app)
    hers.sign_in(alder.desk)
    Authenticator.set_up(hers)
    return f"/staff/{alder.desk.id}/factor-reset"


def ask(browser: Browser, person: Person, address: str, **typed: str):
    """Ask as this person, who is signed in afterwards."""
    browser.sign_in(person)
    return browser.send(address, WHY | typed)


def approve(browser: Browser, person: Person, address: str):
    browser.get("/facilities/")
    browser.send("/sign-out")
    browser.sign_in(person)
    return browser.send(f"{address}/approval")


def test_two_people_reset_it_and_a_mailed_link_leads_back(
    browser, elsewhere, alder, address, outbox
):
    assert ask(browser, alder.admin, address).status_code == 303
    assert len(list(outbox.glob("*.eml"))) == 1
    for letter in outbox.glob("*.eml"):
        assert b"If you did not ask for this" in letter.read_bytes().replace(b"=\n", b"")
        letter.unlink()
    shown = browser.get(address.removesuffix("/factor-reset")).text
    assert "Lost the telephone" in shown
    assert "/approval" not in shown
    assert approve(browser, alder.owner, address).status_code == 303
    with alder.at_work():
        for model in (UserFactor, Passkey, RecoveryCode):
            assert session.query(model).filter_by(user_id=alder.desk.id).count() == 0
    refused = give_password(elsewhere, alder.desk)
    assert refused.status_code == 422
    link = link_in(outbox)
    elsewhere.get(link)
    assert elsewhere.send(link, {"password": "six blue boats at noon"}).status_code == 303
    [done] = alder.entries("factor-reset.done", user_id=alder.owner.id)
    assert done.record_id == alder.desk.id


def test_her_browsers_are_signed_out(app, browser, alder, address):
    hers = Browser(app)
    hers.sign_in(alder.auditor)
    Authenticator.set_up(hers)
    assert hers.get("/facilities/").status_code == 200
    other = f"/staff/{alder.auditor.id}/factor-reset"
    ask(browser, alder.admin, other)
    approve(browser, alder.owner, other)
    assert hers.get("/facilities/").status_code == 401


def test_who_asked_does_not_approve(browser, alder, address):
    ask(browser, alder.admin, address)
    refused = browser.send(f"{address}/approval")
    assert refused.status_code == 422
    assert "Somebody else has to approve it." in refused.text


def test_nobody_asks_for_or_approves_their_own(app, browser, alder, address):
    browser.sign_in(alder.admin)
    Authenticator.set_up(browser)
    own = f"/staff/{alder.admin.id}/factor-reset"
    browser.get("/account/")
    assert browser.send(own, WHY).status_code == 422
    other = Browser(app)
    assert ask(other, alder.owner, own).status_code == 303
    assert browser.send(f"{own}/approval").status_code == 422


def test_an_administrator_resets_no_owner(browser, alder, address):
    refused = ask(browser, alder.admin, f"/staff/{alder.owner.id}/factor-reset")
    assert refused.status_code == 422
    assert "Only an owner" in refused.text


def test_without_a_factor_there_is_nothing_to_reset(browser, alder):
    refused = ask(browser, alder.admin, f"/staff/{alder.desk.id}/factor-reset")
    assert "This person has no second factor." in refused.text
    without_reason = browser.send(f"/staff/{alder.desk.id}/factor-reset", {"reason": " "})
    assert without_reason.status_code == 422


def test_a_reset_is_asked_for_once_and_forgotten_after_a_day(browser, alder, address):
    ask(browser, alder.admin, address)
    assert browser.send(address, WHY).status_code == 409
    with alder.at_work():
        session.execute(text("UPDATE factor_resets SET expires_at = now()"))
    late = approve(browser, alder.owner, address)
    assert late.status_code == 409
    assert "more than a day ago" in late.text
    assert browser.send(address, WHY).status_code == 303


def test_a_reset_is_withdrawn(browser, alder, address):
    ask(browser, alder.admin, address)
    assert browser.send(f"{address}/withdrawal").status_code == 303
    assert approve(browser, alder.owner, address).status_code == 409
    assert alder.entries("factor-reset.withdrawn")


def test_a_reset_is_approved_once(browser, alder, address):
    ask(browser, alder.admin, address)
    assert approve(browser, alder.owner, address).status_code == 303
    for again in ("approval", "withdrawal"):
        browser.get("/facilities/")
        over = browser.send(f"{address}/{again}")
        assert over.status_code == 409
        assert "approved or withdrawn already" in over.text


def test_what_nobody_asked_for_is_not_there(browser, alder, address):
    browser.sign_in(alder.owner)
    assert browser.send(f"{address}/approval").status_code == 404


def test_a_reset_lets_in_nobody_whose_account_is_disabled(browser, alder, address):
    ask(browser, alder.admin, address)
    browser.get("/facilities/")
    browser.send(address.replace("factor-reset", "deactivation"))
    assert "Restore access first." in browser.send(address, WHY).text
    assert approve(browser, alder.owner, address).status_code == 422
    with alder.at_work():
        assert get_user(alder.desk.id).status == "disabled"


def test_of_two_approvals_at_once_one_counts(own_database):
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        second = clinic.hire("second-admin", "admin")
    Authenticator.set_up(Browser(app).sign_in(clinic.desk))
    address = f"/staff/{clinic.desk.id}/factor-reset"
    ask(Browser(app), clinic.admin, address)
    approvers = [Browser(app).sign_in(each) for each in (clinic.owner, second)]
    with ThreadPoolExecutor(2) as threads:
        answers = threads.map(lambda one: one.send(f"{address}/approval").status_code, approvers)
        assert sorted(answers) == [303, 409]


@pytest.mark.parametrize(
    ("asked_by", "approved_by", "constraint"),
    [
        ("admin", "admin", "ck_factor_resets_approved_by"),
        ("admin", "desk", "ck_factor_resets_approved_by"),
        ("desk", "admin", "ck_factor_resets_asked_by"),
        (None, "admin", "ck_factor_resets_asked_first"),
    ],
)
def test_the_database_wants_two_people(alder, address, asked_by, approved_by, constraint):
    values = {
        "user": alder.desk.id,
        "asked_by": getattr(alder, asked_by).id if asked_by else None,
        "approved_by": getattr(alder, approved_by).id,
    }
    with alder.at_work(), session.begin_nested() as savepoint:
        with pytest.raises(IntegrityError, match=constraint):
            session.execute(text(RESET), values)
        savepoint.rollback()


def test_the_operator_does_it_where_nobody_else_can(app, alder, address):
    done = app.test_cli_runner().invoke(
        args=["tenants", "reset-factor", alder.slug, alder.desk.email]
    )
    assert "/welcome/" in done.output
    with alder.at_work():
        assert get_user(alder.desk.id).password_hash is None
    assert alder.entries("factor-reset.done")[0].reason == "operator"
    again = app.test_cli_runner().invoke(
        args=["tenants", "reset-factor", alder.slug, alder.desk.email]
    )
    assert again.exit_code == 1
