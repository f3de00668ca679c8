"""Known and unknown accounts answer alike: within 5 %. `python -m bench.sign_in_timing`."""

from collections.abc import Callable, Iterator

from sqlalchemy import text

from bench.kit import Figure, interleaved, main, scratch
from portal.auth import throttling
from portal.db import session
from portal.staff.commands.people import Person, invite_user
from tests.support.client import Browser
from tests.support.people import Clinic, found

WRONG = "not the password at all"
ROUNDS = 150


def measure(small: bool) -> Iterator[Figure]:
    """Each kind of failure beside a wrong password, through the whole form; medians."""
    with scratch("sign_in") as database:
        app = database.app()
        with app.app_context():
            clinic = found("alder", "America/Chicago")
            kinds = _kinds(clinic)
        # Throttling answers before anything is looked at: here each try is looked at.
        throttling.FREE_OF_ACCOUNT = throttling.FREE_OF_ADDRESS = 1_000_000
        browser = Browser(app)
        browser.get("/sign-in")
        ways = {kind: _try(browser, *account) for kind, account in kinds.items()}
        times = interleaved(5 if small else ROUNDS, ways)
    usual = times["a wrong password"].p50
    yield Figure("a wrong password", usual * 1000, "ms")
    for kind in kinds:
        if kind != "a wrong password":
            ratio = times[kind].p50 / usual
            yield Figure(f"{kind}, beside it", max(ratio, 1 / ratio), "x", at_most=1.05)


def _kinds(clinic: Clinic) -> dict[str, tuple[str, str]]:
    with clinic.at_work():
        invite_user(Person("invited@alder.example", "Ina", "clinician"))
        session.execute(
            text("UPDATE users SET status = 'disabled' WHERE id = :id"), {"id": clinic.auditor.id}
        )
    return {
        "a wrong password": (clinic.slug, clinic.desk.email),
        "an unknown e-mail": (clinic.slug, "nobody@alder.example"),
        "an unknown clinic": ("elsewhere", clinic.desk.email),
        "a disabled account": (clinic.slug, clinic.auditor.email),
        "an invited account": (clinic.slug, "invited@alder.example"),
    }


def _try(browser: Browser, clinic: str, email: str) -> Callable[[], None]:
    typed = {"clinic": clinic, "email": email, "password": WRONG}

    def attempt() -> None:
        assert browser.send("/sign-in", typed).status_code == 422

    return attempt


if __name__ == "__main__":
    main(measure)
