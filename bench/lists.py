"""Each area's list with 10,000 rows behind it, beside a bare response. `python -m bench.lists`.

The page as the server makes it (WSGI, signed in as an administrator, under row security, audit
entries and commit included), without a socket; the bare response is Flask answering "ok".

Judged is the processor time of both processes, the application's and the database's, which is what
a page takes where nothing else wants the machine; the time by the clock is told beside it.
"""

from collections.abc import Iterator
from statistics import median
from time import perf_counter, process_time

from flask import Flask

from bench.kit import Figure, interleaved, main, processor, scratch
from bench.kit.clinic import Works, a_clinic, token_of
from bench.kit.setup import fill

MOST_MS = 50
ROWS, SMALL = 10_000, 60
# Turns after which the driver has prepared what it asks.
WARM = 2
SERVERS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'portal_app'"
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
    "imports": "/exchange/imports/",
    "exports": "/exchange/exports/",
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
        token = token_of(works.clinic, works.clinic.admin)
        pages = {name: Page(works, address, token) for name, address in _addresses(works).items()}
        ways = {name: each.opened for name, each in pages.items()}
        bare = _bare()
        took = interleaved(rounds, ways | {"bare": lambda: bare.get("/")})
    for name, page in pages.items():
        spent = median(page.seconds[WARM:])
        yield Figure(f"{name}: processor", 1000 * spent, "ms", at_most=MOST_MS)
        yield Figure(f"{name}: p50", 1000 * took[name].p50, "ms")
    yield Figure("bare response: p50", 1000 * took["bare"].p50, "ms")


def _addresses(works: Works) -> dict[str, str]:
    practice = works.practice
    [[place_id]] = works.admin(
        "SELECT id FROM facility_doctors WHERE doctor_id = %s", practice.doctor.id
    )
    ids = {"service": practice.service.id, "place": place_id, "facility": practice.facility_id}
    return {name: address.format(**ids) for name, address in (LISTS | LAST_PAGES).items()}


class Page:
    """A page that is opened again and again; `seconds` of processor time that each took."""

    def __init__(self, works: Works, address: str, token: str) -> None:
        self.works, self.address, self.seconds = works, address, list[float]()
        self.client = works.app.test_client()
        self.client.set_cookie("portal", token)

    def opened(self) -> float:
        """Open it once; how long that took by the clock."""
        servers = [pid for [pid] in self.works.admin(SERVERS, self.works.database.name)]
        started, before = perf_counter(), process_time() + processor(servers)
        response = self.client.get(self.address)
        self.seconds.append(process_time() + processor(servers) - before)
        assert response.status_code == 200, f"{self.address}: {response.status_code}"
        return perf_counter() - started


def _bare():
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "ok")
    return bare.test_client()


if __name__ == "__main__":
    main(measure)
