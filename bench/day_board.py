"""The day board with 50, 200 and 400 visits, beside a bare response. `python -m bench.day_board`.

The page as the server makes it (WSGI, signed in, under row security, audit entries and commit
included), without a socket; the bare response is Flask answering "ok" without any of that.
"""

from collections.abc import Iterator
from datetime import timedelta

from flask import Flask

from bench.kit import Figure, Times, interleaved, main, scratch
from bench.kit.bookings import Start, book_by_code, open_clinic
from bench.kit.clinic import NOW, Works
from portal.appointments.queries.day import board

SIZES = (50, 200, 400)
VISITS_OF_A_DOCTOR = 15
LARGEST_GZIP = 12_000


def measure(small: bool) -> Iterator[Figure]:
    """Time and weight of the page at each size, and the query's part of the largest."""
    sizes, rounds = ((5,), 5) if small else (SIZES, 60)
    with scratch("board") as database:
        doctors = -(-max(sizes) // VISITS_OF_A_DOCTOR)
        with open_clinic(database, doctors=doctors, patients=max(sizes)) as (works, starts):
            today = today_of(works, starts)
            booked = 0
            for visits in sizes:
                for start in today[booked:visits]:
                    book_by_code(works, start)
                booked = visits
                works.admin("ANALYZE")  # as autovacuum does within a minute
                yield from _page(works, visits, rounds)
            yield from _query(works, booked, rounds)


def _page(works: Works, visits: int, rounds: int) -> Iterator[Figure]:
    ours, bare = works.app.test_client(), _bare().test_client()
    ours.set_cookie("portal", works.token)
    address = f"/appointments/day?date={NOW.date()}"
    zipped = {"Accept-Encoding": "gzip"}

    def show() -> int:
        response = ours.get(address, headers=zipped)
        assert response.status_code == 200
        return len(response.data)

    weight = show()
    took: dict[str, Times] = interleaved(rounds, {"board": show, "bare": lambda: bare.get("/")})
    board_ms, bare_ms = 1000 * took["board"].p50, 1000 * took["bare"].p50
    target = 25 if visits == max(SIZES) else None
    yield Figure(f"{visits} visits: page, p50", board_ms, "ms", at_most=target)
    yield Figure(f"{visits} visits: page, p95", 1000 * took["board"].p95, "ms")
    yield Figure(f"{visits} visits: page / bare response", board_ms / bare_ms, "x")
    limit = LARGEST_GZIP if visits == SIZES[0] else None
    yield Figure(f"{visits} visits: page, gzip", weight, "bytes", at_most=limit)


def _query(works: Works, visits: int, rounds: int) -> Iterator[Figure]:
    works.enter()
    facility_id = works.clinic.facility_id
    took = interleaved(rounds, {"query": lambda: board(facility_id, NOW.date())})
    works.leave()
    yield Figure(f"{visits} visits: the queries, p50", 1000 * took["query"].p50, "ms")


def today_of(works: Works, starts: list[Start]) -> list[Start]:
    """The starts of the board's day."""
    ids = works.admin(
        "SELECT id FROM availability_slots WHERE start_at < %s", NOW + timedelta(hours=24)
    )
    wanted = {row[0] for row in ids}
    return [start for start in starts if start.slot_id in wanted]


def _bare() -> Flask:
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "ok")
    return bare


if __name__ == "__main__":
    main(measure)
