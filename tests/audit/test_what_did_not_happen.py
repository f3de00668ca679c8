"""A change that was rolled back leaves no row; whoever tried what they may not leaves one."""

from sqlalchemy import text

from portal.db import session

CHANGES = text("SELECT count(*) FROM user_action_audit_log WHERE action_type LIKE 'facilities.%'")


def changes(clinic) -> int:
    with clinic.at_work():
        return session.scalar(CHANGES)


def test_what_was_refused_is_no_change(browser, alder):
    """The same name twice: the command had written before the database refused."""
    browser.sign_in(alder.owner)
    typed = {"name": "Annex", "slug": "annex", "timezone": "America/Chicago"}
    assert browser.send("/facilities/new", typed).status_code == 303
    before = changes(alder)
    assert before > 0
    assert browser.send("/facilities/new", typed).status_code in {409, 422}
    assert changes(alder) == before


def test_what_was_denied_has_its_row_and_no_change(browser, alder):
    browser.sign_in(alder.desk)
    before, denied = changes(alder), len(alder.entries("denied"))
    typed = {"name": "Annex", "slug": "annex", "timezone": "America/Chicago"}
    assert browser.send("/facilities/new", typed).status_code == 403
    assert changes(alder) == before
    assert len(alder.entries("denied")) == denied + 1
    last = alder.entries("denied")[-1]
    assert (last.outcome, last.reason) == ("refused", "facilities.new")
