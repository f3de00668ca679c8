"""A cookie that somebody copied is worth nothing from the request after its session ended."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.auth.queries import get_user
from portal.db import session
from portal.schema.accounts import Passkey
from portal.staff.commands.people import make_link
from tests.auth.test_passkeys import give, make
from tests.auth.test_the_second_factor import give_password
from tests.support.authenticator import Authenticator
from tests.support.client import Browser
from tests.support.device import Device
from tests.support.people import PASSWORD, Clinic
from tests.support.statements import at_most

NEW = "six blue boats at noon"
PAGES = ("/facilities/", "/appointments/day", "/account/session")


class Stage:
    """The front desk in a browser, whose cookie is copied; and what ends its session."""

    def __init__(self, app: Flask, clinic: Clinic) -> None:
        self.app, self.clinic = app, clinic
        self.desk = clinic.desk
        self.hers = Browser(app).sign_in(self.desk)

    def other(self) -> Browser:
        """Her other browser."""
        return Browser(self.app).sign_in(self.desk)

    def admin(self) -> Browser:
        return Browser(self.app).sign_in(self.clinic.admin)

    def age(self, column: str, how: str) -> None:
        with self.clinic.at_work():
            session.execute(text(f"UPDATE user_sessions SET {column} = {how}"))

    def by_link(self) -> None:
        with self.clinic.at_work():
            token = make_link(get_user(self.desk.id))
        visitor = Browser(self.app)
        visitor.get(f"/welcome/{token}")
        assert visitor.send(f"/welcome/{token}", {"password": NEW}).status_code == 303

    def passkey(self) -> str:
        """One of her passkeys."""
        with self.clinic.at_work():
            return str(session.scalar(select(Passkey.id).where(Passkey.user_id == self.desk.id)))

    def reset(self) -> None:
        address = f"/staff/{self.desk.id}/factor-reset"
        self.admin().send(address, {"reason": "Lost"})
        owner = Browser(self.app).sign_in(self.clinic.owner)
        assert owner.send(f"{address}/approval").status_code == 303


class Thief(Browser):
    """Somebody who copied her browser's cookie, and is in."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.app)
        self.copied = stage.hers.get_cookie("portal").value
        self.set_cookie("portal", self.copied)
        assert self.get("/facilities/").status_code == 200

    def is_nobody(self) -> None:
        for page in PAGES:
            for ask in (self.get, self.fragment):
                self.set_cookie("portal", self.copied)
                assert ask(page).status_code == 401, page


ENDS: dict[str, Callable[[Stage], object]] = {
    "signing out": lambda s: s.hers.send("/sign-out"),
    "another password, here": lambda s: s.hers.send(
        "/account/password", {"current_password": PASSWORD, "password": NEW}
    ),
    "another password, elsewhere": lambda s: s.other().send(
        "/account/password", {"current_password": PASSWORD, "password": NEW}
    ),
    "a password by a link": lambda s: s.by_link(),
    "an authenticator, here": lambda s: Authenticator.set_up(s.hers),
    "an authenticator, elsewhere": lambda s: Authenticator.set_up(s.other()),
    "a passkey, here": lambda s: make(s.hers, Device()),
    "a passkey, elsewhere": lambda s: make(s.other(), Device()),
    "a proof": lambda s: s.hers.send("/account/proof", {"current_password": PASSWORD}),
    "every other browser signed out": lambda s: s.other().send("/account/sessions/ending"),
    "another role": lambda s: s.admin().send(
        f"/staff/{s.desk.id}/edit", {"role": "clinician", "access_scope": "all"}
    ),
    "deactivation": lambda s: s.admin().send(f"/staff/{s.desk.id}/deactivation"),
    "an administrator": lambda s: s.admin().send(f"/staff/{s.desk.id}/sessions/ending"),
    "the idle end and a second": lambda s: s.age(
        "last_seen_at", "now() - make_interval(secs => idle_seconds + 1)"
    ),
    "the absolute end": lambda s: s.age("expires_at", "now()"),
}


CHANGES: dict[str, Callable[[Stage, Browser], object]] = {
    "another authenticator": lambda _, browser: Authenticator.set_up(browser),
    "another passkey": lambda _, browser: make(browser, Device()),
    "a passkey removed": lambda stage, browser: browser.send(
        "/account/passkeys/removal", {"passkey_id": stage.passkey()}
    ),
    "new recovery codes": lambda _, browser: browser.send("/account/recovery-codes"),
    "a reset by two people": lambda stage, _: stage.reset(),
}


@pytest.mark.parametrize("end", ENDS)
def test_it_is_nobodys_on_the_next_request(app, alder, end):
    stage = Stage(app, alder)
    thief = Thief(stage)
    ENDS[end](stage)
    thief.is_nobody()


@pytest.mark.parametrize("where", ["here", "elsewhere"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_factor_ends_it_too(app, alder, change, where):
    stage = Stage(app, alder)
    device = Device()
    make(stage.hers, device)
    Authenticator.set_up(stage.hers)
    other = Browser(app)
    give_password(other, stage.desk)
    give(other, device)
    other.get("/account/")
    stage.hers.get("/account/")
    thief = Thief(stage)
    CHANGES[change](stage, stage.hers if where == "here" else other)
    thief.is_nobody()


def test_the_absolute_end_is_said_when_it_comes_before_the_idle_one(app, alder):
    stage = Stage(app, alder)
    assert "for good" not in stage.hers.send("/account/session").headers["X-Session-Ends"]
    stage.age("expires_at", "now() + interval '100 seconds'")
    left, words = stage.hers.send("/account/session").headers["X-Session-Ends"].split(" ", 1)
    assert 90 <= int(left) <= 100
    assert words == "for good"
    assert f'data-ends="{left} for good"' in stage.hers.get("/facilities/").text


def test_a_session_that_was_over_stays_so_when_the_clock_goes_back(browser, alder):
    """What is over by the clock is noted when somebody meets it, and so does not depend on it."""
    browser.sign_in(alder.desk)
    with alder.at_work():
        session.execute(
            text("UPDATE user_sessions SET last_seen_at = now() - interval '16 minutes'")
        )
    assert browser.get("/facilities/").status_code == 401
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET last_seen_at = now()"))
    assert browser.get("/facilities/").status_code == 401


def test_that_a_session_is_over_is_written_down_once_for_a_browser(browser, alder):
    """The kind of fault: a write on every page of somebody who is nobody."""
    browser.sign_in(alder.desk)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET last_seen_at = now() - interval '1 day'"))
    sent = []
    for page in ("/facilities/", "/patients/", "/sign-in"):
        with at_most(10) as statements:
            browser.get(page)
        sent.append(sum("end_overdue_session" in each for each in statements))
    assert sent == [1, 0, 0]
