"""Free starts, beside their SQL by hand, among 1 and 10 million slots. `python -m bench.search`.

By hand is what one would type into psql for one question, prepared once: no plans, no holds, no
visits longer than their slot. Both are asked as `portal_app` in a signed-in transaction, and both
give the same rows. A tenth of the slots is booked, and one doctor for four weeks.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from bench.kit import Figure, interleaved, main, scratch
from bench.kit.clinic import NOW, Works, a_clinic
from portal.auth import rules
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from tests.support.databases import clone

# 15 half hours each workday, one in ten booked; the first doctor has none left for four weeks.
FILL = """
INSERT INTO availability_slots (tenant_id, facility_id, doctor_id, start_at, end_at, status,
    booked_count, busy_from, busy_until, created_from_rule_id)
SELECT r.tenant_id, r.facility_id, r.doctor_id, start_at, start_at + interval '30 minutes',
       CASE WHEN taken THEN 'booked' ELSE 'open' END, taken::int,
       CASE WHEN taken THEN start_at END,
       CASE WHEN taken THEN start_at + interval '30 minutes' END, r.id
  FROM (SELECT DISTINCT ON (doctor_id) * FROM availability_rules ORDER BY doctor_id, id) r
 CROSS JOIN generate_series(0, 90) AS day
 CROSS JOIN generate_series(0, 14) AS half
 CROSS JOIN LATERAL (SELECT %(now)s + day * interval '1 day' + interval '8 hours'
                            + (half * 30 - 5) * interval '1 minute' AS start_at) s
 CROSS JOIN LATERAL (SELECT (r.doctor_id + day + half) %% 10 = 0
                            OR (r.doctor_id = %(full)s AND day < 28) AS taken) t
 WHERE extract(isodow FROM start_at) < 6
 ORDER BY r.doctor_id, start_at
"""
RARE_SERVICE = """
WITH rare AS (INSERT INTO services (tenant_id, name) SELECT id, 'Rare' FROM tenants RETURNING id)
UPDATE service_offerings SET service_id = rare.id FROM rare
 WHERE service_offerings.id IN
       (SELECT id FROM service_offerings WHERE doctor_id <> %s ORDER BY id LIMIT 20)
RETURNING rare.id
"""
BY_HAND = """
SELECT s.id, o.doctor_id, o.facility_id, o.id, w.id, s.start_at,
       s.start_at + w.total_estimated_minutes * interval '1 minute', f.timezone, s.start_at,
       s.start_at + w.total_estimated_minutes * interval '1 minute'
  FROM service_offerings o
  JOIN services v ON v.tenant_id = o.tenant_id AND v.id = o.service_id AND v.deleted_at IS NULL
  JOIN facilities f ON f.tenant_id = o.tenant_id AND f.id = o.facility_id AND f.deleted_at IS NULL
  JOIN doctors d ON d.tenant_id = o.tenant_id AND d.id = o.doctor_id AND d.deleted_at IS NULL
  JOIN facility_doctors p ON p.tenant_id = o.tenant_id AND p.facility_id = o.facility_id
                         AND p.doctor_id = o.doctor_id AND p.active
  JOIN service_workflows w ON w.tenant_id = o.tenant_id AND w.service_offering_id = o.id
                          AND w.active AND w.insurance_plan_id IS NULL
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at FROM availability_slots s
        WHERE s.tenant_id = o.tenant_id AND s.doctor_id = o.doctor_id
          AND s.facility_id = o.facility_id AND s.start_at > %(now)s AND s.start_at < %(until)s
          AND s.status = 'open' AND s.booked_count < s.capacity AND NOT s.overbooked
          AND s.orphaned_at IS NULL
          AND (s.service_offering_id IS NULL OR s.service_offering_id = o.id)
          AND s.end_at >= s.start_at + w.total_estimated_minutes * interval '1 minute'
          AND NOT EXISTS (
              SELECT 1 FROM availability_slots t
               WHERE t.tenant_id = o.tenant_id AND t.doctor_id = o.doctor_id AND t.id <> s.id
                 AND t.start_at > s.start_at - interval '36 hours'
                 AND t.start_at < s.start_at + interval '5 hours'
                 AND t.busy_from < s.end_at AND t.busy_until > s.start_at
                 AND t.booked_count > 0 OFFSET 0)
        ORDER BY s.start_at LIMIT %(limit)s) s
 WHERE o.tenant_id = %(tenant)s AND o.{column} = %(value)s AND o.active
 ORDER BY s.start_at, o.doctor_id LIMIT %(limit)s
"""
SIZES = ("1 M", "10 M")
Ask = Callable[[], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Question:
    """What is asked: of which offering or service, for how many days, how many starts."""

    said: str
    column: str
    value: Callable[[Works], int]
    days: int = 14
    limit: int = 60


QUESTIONS = (
    Question("two weeks of one doctor", "id", lambda works: works.practice.offering.id + 40),
    Question("two weeks of any of 20 doctors", "service_id", lambda works: _rare(works)),
    Question("next start, booked out for 4 weeks", "id", lambda works: works.practice.offering.id,
             days=90, limit=1),
)  # fmt: skip


def measure(small: bool) -> Iterator[Figure]:
    """Each question in both sizes and both ways, in turns."""
    doctors = (50, 100) if small else (1_026, 10_256)
    with scratch("one") as database, ExitStack() as stack:
        databases = (database, stack.enter_context(clone(database.server, "ten")))
        clinics = [
            stack.enter_context(_filled(base, many))
            for base, many in zip(databases, doctors, strict=True)
        ]
        for size, works in zip(SIZES, clinics, strict=True):
            [[slots]] = works.admin("SELECT count(*) FROM availability_slots")
            yield Figure(f"{size}: slots", slots, "slots")
        for question in QUESTIONS:
            yield from _compared(question, clinics, 10 if small else 200)


def _compared(question: Question, clinics: list[Works], rounds: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        ways: dict[str, Ask] = {}
        for size, works in zip(SIZES, clinics, strict=True):
            value = question.value(works)
            ways[f"code {size}"] = stack.enter_context(_by_code(question, works, value))
            ways[f"hand {size}"] = stack.enter_context(_by_hand(question, works, value))
            assert ways[f"code {size}"]() == ways[f"hand {size}"](), question.said
        # Connections live long: each has settled on its plans after a few requests.
        interleaved(12, ways)
        took = {name: 1000 * each.p50 for name, each in interleaved(rounds, ways).items()}
    for size in SIZES:
        code, hand = took[f"code {size}"], took[f"hand {size}"]
        yield Figure(f"{question.said}, {size}: p50", code, "ms")
        yield Figure(f"{question.said}, {size}: by hand", hand, "ms")
        yield Figure(f"{question.said}, {size}: / by hand", code / hand, "x", at_most=1.5)
    growth = took["code 10 M"] / took["code 1 M"]
    yield Figure(f"{question.said}: 10 M / 1 M", growth, "x", at_most=1.3)


@contextmanager
def _by_code(question: Question, works: Works, value: int) -> Iterator[Ask]:
    name = {"id": "offering_id"}.get(question.column, question.column)
    wanted = OpeningQuery(**{name: value})

    works.context.run(works.enter)
    yield lambda: works.context.run(list_openings, wanted, days=question.days, limit=question.limit)
    works.context.run(works.leave)


@contextmanager
def _by_hand(question: Question, works: Works, value: int) -> Iterator[Ask]:
    statement = sql.SQL(BY_HAND).format(column=sql.Identifier(question.column))
    values: dict[str, Any] = {
        "now": NOW, "until": _midnight(question.days), "limit": question.limit,
        "tenant": works.clinic.id, "value": value,
    }  # fmt: skip
    with works.database.connect("app") as app:
        app.execute("SELECT enter_session(%s, false)", [rules.hash_of(works.token)])
        yield lambda: app.execute(statement, values, prepare=True).fetchall()


def _midnight(days: int) -> datetime:
    """Chicago's, so many days after `NOW`, which is five past."""
    return NOW - timedelta(minutes=5) + timedelta(days=days)


@contextmanager
def _filled(database: Any, doctors: int) -> Iterator[Works]:
    with a_clinic(database, doctors=doctors) as works:
        with works.database.connect("admin") as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute(FILL, {"now": NOW, "full": works.practice.doctor.id})
        with psycopg.connect(database.url("admin"), autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE availability_slots")
        yield works


def _rare(works: Works) -> int:
    """A service that twenty doctors offer."""
    return works.admin(RARE_SERVICE, works.practice.doctor.id)[0][0]


if __name__ == "__main__":
    main(measure)
