"""Each area's list with 10,000 rows behind it, beside a bare response. `python -m bench.lists`.

The page as the server makes it (WSGI, signed in as an administrator, under row security, audit
entries and commit included), without a socket; the bare response is Flask answering "ok".
"""

from collections.abc import Callable, Iterator

from flask import Flask

from bench.kit import Figure, interleaved, main, scratch
from bench.kit.clinic import Works, a_clinic
from bench.kit.setup import fill
from portal.auth import throttling
from portal.auth.commands import sign_in
from portal.db import session

MOST_MS = 50
ROWS, SMALL = 10_000, 60
# What a person opens: the list, a search in it where there is one, and its last page.
LISTS = {
    "facilities": "/facilities/",
    "doctors": "/doctors/",
    "doctors, searched": "/doctors/?q=nobody",
    "services": "/services/",
    "services, searched": "/services/?q=9999",
    "offerings of a service": "/services/{service}",
    "steps": "/services/steps/",
    "workflows": "/services/workflows/",
    "workflows, searched": "/services/workflows/?q=facility",
    "payers": "/insurance/",
    "payers, searched": "/insurance/?q=9999",
    "acceptance": "/insurance/acceptance",
    "acceptance, searched": "/insurance/acceptance?q=9999",
    "visits not covered": "/insurance/uncovered",
    "hours": "/availability/",
    "hours, searched": "/availability/?q=nobody",
    "hours of one doctor": "/availability/{place}",
    "exceptions": "/availability/exceptions/",
    "exceptions, searched": "/availability/exceptions/?q=nobody",
    "month of exceptions": "/availability/exceptions/month?facility={facility}",
    "visits to decide": "/availability/orphans/",
    "patients": "/patients/",
    "possible duplicates": "/patients/duplicates",
    "staff": "/staff/",
    "imports": "/imports/",
    "exports": "/exports/",
    "activity": "/activity/",
    "activity, filtered": "/activity/?action_type=patients.insert",
    "break-glass": "/activity/break-glass",
    "coverage": "/setup/coverage",
    "coverage, what can be booked": "/setup/coverage?problem=none",
}
LAST_PAGES = {
    f"{name}, last page": f"{LISTS[name]}?page={ROWS // 50}"
    for name in ("facilities", "doctors", "services", "steps", "workflows", "payers", "hours",
                 "exceptions", "visits to decide", "staff", "imports")
}  # fmt: skip


def measure(small: bool) -> Iterator[Figure]:
    """Every list in turns, so that all see the same machine."""
    rows, rounds = (SMALL, 3) if small else (ROWS, 15)
    with scratch("lists") as database, a_clinic(database, doctors=rows) as works:
        fill(works, rows)
        yield Figure("rows of each list", rows, "")
        ways = {name: _opened(works, address) for name, address in _addresses(works).items()}
        took = interleaved(rounds, ways | {"bare": lambda: _bare().get("/")})
    for name in ways:
        yield Figure(f"{name}: p50", 1000 * took[name].p50, "ms", at_most=MOST_MS)
        yield Figure(f"{name}: p95", 1000 * took[name].p95, "ms")
    yield Figure("bare response: p50", 1000 * took["bare"].p50, "ms")


def _addresses(works: Works) -> dict[str, str]:
    practice = works.practice
    [[place_id]] = works.admin(
        "SELECT id FROM facility_doctors WHERE doctor_id = %s", practice.doctor.id
    )
    ids = {"service": practice.service.id, "place": place_id, "facility": practice.facility_id}
    return {name: address.format(**ids) for name, address in (LISTS | LAST_PAGES).items()}


def _opened(works: Works, address: str) -> Callable[[], None]:
    client = works.app.test_client()
    client.set_cookie("portal", _token(works))

    def open_it() -> None:
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"

    return open_it


def _token(works: Works) -> str:
    admin = works.clinic.admin
    account = works.clinic.slug, admin.email
    token = sign_in(*account, admin.password, tried=throttling.account(*account))
    session.commit()
    return token


def _bare():
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "ok")
    return bare.test_client()


if __name__ == "__main__":
    main(measure)
