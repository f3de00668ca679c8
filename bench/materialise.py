"""Making slots of rules, beside a plain INSERT of the same rows. `python -m bench.materialise`.

A thousand doctors for 90 days are about a million slots. The plain INSERT ... SELECT writes the
rows of a table made beforehand, sorted as is fastest, into the same table with the same indexes and
constraints, past row security. Both commit a batch of doctors at a time.
"""

from collections.abc import Iterator
from datetime import timedelta

from bench.kit import Figure, interleaved, main, prepared, scratch
from bench.kit.clinic import NOW, Works, a_clinic
from portal.availability.commands.materialise import materialise, materialise_doctors
from portal.availability.queries.weekly import DOCTORS_AT_ONCE, batches
from portal.db import session
from portal.tenancy.context import enter_job

COLUMNS = (
    "tenant_id, doctor_id, facility_id, service_offering_id, start_at, end_at, capacity,"
    " created_from_rule_id"
)
PLAIN = f"""
INSERT INTO availability_slots ({COLUMNS})
SELECT {COLUMNS} FROM same WHERE doctor_id = ANY(%s) ORDER BY doctor_id, start_at
"""


def measure(small: bool) -> Iterator[Figure]:
    """Filling, filling again, one doctor, one day more."""
    doctors, rounds = (20, 1) if small else (1_000, 3)
    with scratch("slots") as database, a_clinic(database, doctors=doctors) as works:
        _materialise(works)
        slots = _remember(works)
        yield Figure("slots of the clinic", slots, "slots")
        yield from _filling(works, slots, rounds)
        yield from _again(works, slots, rounds)
        yield from _one_doctor(works, 5 if small else 25)
        yield from _one_day(works)


def _filling(works: Works, slots: int, rounds: int) -> Iterator[Figure]:
    def empty() -> None:
        works.admin("TRUNCATE availability_slots CASCADE")

    ways = {
        "rules": prepared(empty, lambda: _materialise(works)),
        "plain": prepared(empty, lambda: _plain(works)),
    }
    took = interleaved(rounds, ways)
    assert works.admin("SELECT count(*) FROM availability_slots") == [(slots,)]
    rules, plain = took["rules"].p50, took["plain"].p50
    yield Figure("slots from rules", slots / rules, "slots/s")
    yield Figure("the same rows by INSERT ... SELECT", slots / plain, "slots/s")
    yield Figure("from rules / plain", plain / rules, "x", at_least=0.8)


def _again(works: Works, slots: int, rounds: int) -> Iterator[Figure]:
    _materialise(works)
    works.admin("ANALYZE availability_slots")
    before = _touched(works)
    took = interleaved(rounds, {"again": lambda: _materialise(works)})["again"].p50
    assert _touched(works) == before, "an unchanged run wrote slots"
    yield Figure("unchanged run", slots / took, "slots/s", at_least=400_000)


def _one_doctor(works: Works, rounds: int) -> Iterator[Figure]:
    doctor_id, facility_id = works.practice.doctor.id, works.practice.facility_id
    first, last = NOW.date(), NOW.date() + timedelta(days=90)

    def forget() -> None:
        works.admin("DELETE FROM availability_slots WHERE doctor_id = %s", doctor_id)

    def make() -> None:
        with works.clinic.at_work():
            assert materialise(doctor_id, facility_id, first, last).added

    took = interleaved(rounds, {"doctor": prepared(forget, make)})["doctor"]
    yield Figure("one doctor, 90 days, p50", 1000 * took.p50, "ms", at_most=50)
    yield Figure("one doctor, 90 days, p95", 1000 * took.p95, "ms")


def _one_day(works: Works) -> Iterator[Figure]:
    day = NOW.date() + timedelta(days=91)
    took = interleaved(1, {"day": lambda: _materialise(works, first_date=day, last_date=day)})
    yield Figure(f"one new day of {works.doctors:,} doctors", took["day"].p50, "s")


def _materialise(works: Works, **dates: object) -> None:
    """As the worker does every night: a batch of doctors a transaction."""
    with works.clinic.at_work() as facts:
        for batch in batches():
            materialise_doctors(batch, **dates)
            session.commit()
            enter_job(facts.tenant_id, "bench")


def _remember(works: Works) -> int:
    """Keep the rows for the plain way, in a table without rights or indexes; how many."""
    works.admin(f"CREATE UNLOGGED TABLE same AS SELECT {COLUMNS} FROM availability_slots")
    works.admin("CREATE INDEX ON same (doctor_id, start_at)")
    works.admin("ANALYZE same")
    return works.admin("SELECT count(*) FROM same")[0][0]


def _plain(works: Works) -> None:
    every = [row[0] for row in works.admin("SELECT DISTINCT doctor_id FROM same ORDER BY 1")]
    with works.database.connect("admin") as admin:
        for n in range(0, len(every), DOCTORS_AT_ONCE):
            admin.execute(PLAIN, [every[n : n + DOCTORS_AT_ONCE]])
            admin.commit()


def _touched(works: Works) -> list[tuple]:
    return works.admin("SELECT count(*), max(xmin::text::bigint) FROM availability_slots")


if __name__ == "__main__":
    main(measure)
