"""Booking through HTTP on the production server with 50 clients. `python -m bench.booking_http`.

Everything is on: gunicorn with its own number of workers, sessions, forms, the audit log, row
security, and a database that writes through to the disk before it answers. The clients are threads
of this process and use the same cores.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from bench.kit import Figure, Times, main, scratch
from bench.kit.bookings import Start, open_clinic
from bench.kit.clinic import NOW, Works
from tests.support.requests import Client
from tests.support.serving import served

CLIENTS = 50
SERVER = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def measure(small: bool) -> Iterator[Figure]:
    """Bookings a second and how long one takes, once the workers are warm."""
    warm, bookings = (50, 50) if small else (300, 3_000)
    with scratch("http", **SERVER) as database, open_clinic(database, doctors=CLIENTS) as found:
        works, starts = found
        folder = database.server.folder
        with served(database, folder, PORTAL_NOW=NOW.isoformat(), WEB_CONCURRENCY="3") as address:
            client = Client(address).sign_in(works.clinic.desk)
            _book_all(works, client, starts[:warm])
            began = time.perf_counter()
            times = _book_all(works, client, starts[warm : warm + bookings])
            took = time.perf_counter() - began
        [[booked]] = works.admin("SELECT count(*) FROM appointments")
    assert booked == warm + bookings
    yield Figure(f"bookings through HTTP, {CLIENTS} clients", bookings / took, "/s", at_least=250)
    yield Figure("one booking through HTTP, p50", 1000 * times.p50, "ms")
    yield Figure("one booking through HTTP, p95", 1000 * times.p95, "ms")


def _book_all(works: Works, client: Client, starts: list[Start]) -> Times:
    def book(start: Start) -> float:
        typed = {
            "facility_id": works.clinic.facility_id, "service_id": works.practice.service.id,
            "patient_id": start.patient_id, "availability_slot_id": start.slot_id,
            "booking_key": uuid4(),
        }  # fmt: skip
        began = time.perf_counter()
        status, _html = client.ask("POST", "/appointments/new", typed)
        assert status == 303, status
        return time.perf_counter() - began

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Times(tuple(pool.map(book, starts)))


if __name__ == "__main__":
    main(measure)
