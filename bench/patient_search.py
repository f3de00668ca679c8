"""Finding patients by beginnings of names, beside plaintext. `python -m bench.patient_search`.

A million patients, sealed and indexed by the product's own functions and loaded by COPY, are looked
for as `portal_app` under row security: at most fifty, whole names first, then beginnings, each the
latest first, and of each patient found what the list shows is opened (name, birth date, number,
telephone). The limit is the same job in the clear (`bench.kit.plaintext`): a table without row
security, a btree (text_pattern_ops) on each name, LIKE 'okaf%'. Both find the same patients in the
same order, which is checked for every search.

A search is timed with the transaction that it needs: the signed context entered before, the commit
after. That ratio is judged. Two harsher ones are told: the search alone, in a transaction that is
open already; and beside bare LIKE, unranked, its rows left as the driver gives them.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg

from bench.kit import Figure, Times, interleaved, main, plaintext, scratch
from bench.kit.clinic import Works, a_clinic, token_of
from bench.kit.plaintext import search_plain, search_raw
from portal.patients.queries.searching import search_patients, tokens_for
from portal.patients.rules.finding import SearchedPatient
from portal.patients.rules.numbers import medical_record_number
from portal.phi.sealed import DATE, seal_field

SYLLABLES = (
    "ba be bo da del do fa fi ga go ha hen jo ka ko la le li ma mi mo na ni no o ra ri ro sa"
)
AT_ONCE = 10_000
FIRST_ID = 1_000_000
COPY_PATIENTS = (
    "COPY patients (tenant_id, id, row_uid, mrn, facility_id, first_name, last_name, dob, phone)"
    " FROM STDIN (FORMAT BINARY)"
)
COPY_TOKENS = (
    "COPY patient_search_tokens (tenant_id, field, token, patient_id) FROM STDIN (FORMAT BINARY)"
)
TYPES = {
    COPY_PATIENTS: ["int8", "int8", "uuid", "varchar", "int8", *["bytea"] * 4],
    COPY_TOKENS: ["int8", "varchar", "bytea", "int8"],
    plaintext.FILL: plaintext.TYPES,
}
KEY_OF_TOKENS = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'pk_patient_search_tokens'"
)
# How much is typed: of one name, or of both.
KINDS = {"3 letters": (3,), "5 letters": (5,), "2 and 4 letters": (2, 4)}


def measure(small: bool) -> Iterator[Figure]:
    """Some hundred names as somebody would type them, each way in turns."""
    patients, searches = (2_000, 10) if small else (1_000_000, 200)
    with scratch("found") as database, a_clinic(database, doctors=1) as works:
        people = _load(works, patients)
        [[tokens]] = works.admin("SELECT count(*) FROM patient_search_tokens")
        yield Figure("patients", patients, "")
        yield Figure("tokens by which they are found", tokens, "")
        # Loading takes longer than a session may be idle.
        works = replace(works, token=token_of(works.clinic, works.clinic.desk))
        yield from compared(works, people, searches)


def compared(works: Works, people: Sequence[SearchedPatient], searches: int) -> Iterator[Figure]:
    """The figures of each kind, and of all kinds together."""
    with works.database.connect("app") as bare:
        every = [_took(works, bare, people, kind, searches) for kind in KINDS.values()]
    for name, took in zip(KINDS, every, strict=True):
        yield from _told(name, took)
    together = {way: Times(sum((took[way].seconds for took in every), ())) for way in every[0]}
    yield from _told("all together", together, at_most=1.5)


def _told(name: str, took: dict[str, Times], *, at_most: float | None = None) -> Iterator[Figure]:
    for percent in ("p50", "p95"):
        ms = {way: 1000 * getattr(times, percent) for way, times in took.items()}
        for how, held in (("", None), (" with its transaction", at_most)):
            code, plain = ms["code" + how], ms["plain" + how]
            yield Figure(f"{name}{how}: {percent}", code, "ms")
            yield Figure(f"{name}{how}: {percent} in the clear", plain, "ms")
            yield Figure(f"{name}{how}: {percent} / in the clear", code / plain, "x", at_most=held)
        yield Figure(f"{name}: {percent} / bare LIKE", ms["code"] / ms["raw"], "x")


def _took(
    works: Works, bare: psycopg.Connection[Any], people: Sequence[SearchedPatient],
    letters: tuple[int, ...], searches: int,
) -> dict[str, Times]:  # fmt: skip
    typed = [
        " ".join(
            name[:n] for name, n in zip((who.last_name, who.first_name), letters, strict=False)
        )
        for who in random.Random(7).sample(people, searches + 12)
    ]
    _find_the_same(works, typed)
    ways: dict[str, Callable[[str], object]] = {
        "code": lambda name: _alone(works, lambda: _shown(search_patients(name))),
        "plain": lambda name: _alone(works, lambda: _shown(search_plain(name))),
        "raw": lambda name: search_raw(bare, works.clinic.id, name),
        "code with its transaction": lambda name: _whole(works, lambda: search_patients(name)),
        "plain with its transaction": lambda name: _whole(works, lambda: search_plain(name)),
    }
    turns = {way: _turns(ask, typed) for way, ask in ways.items()}
    interleaved(12, turns)  # connections live long: each has settled on its plans
    return interleaved(searches, turns)


def _turns(ask: Callable[[str], object], typed: Sequence[str]) -> Callable[[], object]:
    left = iter(typed)
    return lambda: ask(next(left))


def _alone(works: Works, search: Callable[[], object]) -> float:
    """How long a search takes once the transaction is open."""
    works.enter()
    started = perf_counter()
    search()
    took = perf_counter() - started
    works.leave()
    return took


def _whole(works: Works, search: Callable[[], Sequence[Any]]) -> None:
    works.enter()
    _shown(search())
    works.leave()


def _shown(found: Sequence[Any]) -> list[tuple[object, ...]]:
    """What a list shows of the patients found, looked at as its template does."""
    return [(row.id, row.name, row.dob, row.mrn, row.phone) for row in found]


def _find_the_same(works: Works, typed: Sequence[str]) -> None:
    works.enter()
    for name in typed:
        assert _shown(search_patients(name)) == _shown(search_plain(name)), name
    works.leave()


def _people(count: int) -> Iterator[SearchedPatient]:
    """Invented people; a few names are common, most are rare."""
    dice = random.Random(11)
    pieces = SYLLABLES.split()
    firsts = ["".join(dice.choices(pieces, k=dice.choice((2, 3)))).title() for _ in range(3_000)]
    lasts = ["".join(dice.choices(pieces, k=dice.choice((2, 3, 4)))).title() for _ in range(60_000)]
    for _ in range(count):
        first = firsts[min(int(dice.paretovariate(0.6)), len(firsts)) - 1]
        last = lasts[min(int(dice.paretovariate(0.4)), len(lasts)) - 1]
        born = date(1930, 1, 1) + timedelta(days=dice.randrange(34_000))
        phone = f"({dice.randrange(200, 1000)}) 555-{dice.randrange(10_000):04d}"
        yield SearchedPatient(first, last, dob=born, phone=phone)


def _load(works: Works, count: int) -> list[SearchedPatient]:
    """Everybody, sealed and indexed as registering does it; a sample of them."""
    for statement in plaintext.TABLE:
        works.admin(statement)
    kept: list[SearchedPatient] = []
    batch: list[SearchedPatient] = []
    with (
        _without_indexes(works),
        works.clinic.at_work(),
        works.database.connect("admin") as admin,
    ):
        admin.execute("SET session_replication_role = replica")
        for n, person in enumerate(_people(count), start=1):
            batch.append(person)
            if len(batch) == AT_ONCE or n == count:
                _copy(admin, works, batch, FIRST_ID + n - len(batch))
                kept += batch[:: max(1, count // 2_000)]
                batch = []
    for statement in plaintext.INDEXES:
        works.admin(statement)
    with psycopg.connect(works.database.url("admin"), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    return kept


def _copy(
    admin: psycopg.Connection[Any], works: Works, people: list[SearchedPatient], first_id: int
) -> None:
    tenant_id, facility_id = works.clinic.id, works.clinic.facility_id
    patients, found_by, plain = [], [], []
    for patient_id, who in enumerate(people, start=first_id):
        uid, mrn = UUID(int=patient_id), medical_record_number(patient_id)
        sealed = (
            seal_field("patients", "first_name", uid, who.first_name),
            seal_field("patients", "last_name", uid, who.last_name),
            seal_field("patients", "dob", uid, who.dob, kind=DATE),
            seal_field("patients", "phone", uid, who.phone),
        )
        row = (tenant_id, patient_id, uid, mrn, facility_id)
        patients.append((*row, *sealed))
        names = (who.first_name, who.last_name)
        plain.append((*row, *names, who.dob, who.phone, *map(str.lower, names)))
        others = _tokens(SearchedPatient("", "", dob=who.dob, phone=who.phone, mrn=mrn))
        found_by += [
            (tenant_id, *found, patient_id) for found in {*_tokens_of_name(*names), *others}
        ]
    for statement, rows in (
        (COPY_PATIENTS, patients),
        (COPY_TOKENS, found_by),
        (plaintext.FILL, plain),
    ):
        with admin.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(TYPES[statement])
            for row in rows:
                copy.write_row(row)


@lru_cache(100_000)
def _tokens_of_name(first: str, last: str) -> list[tuple[str, bytes]]:
    return _tokens(SearchedPatient(first, last))


def _tokens(person: SearchedPatient) -> list[tuple[str, bytes]]:
    return [(key.field, token) for key in person.search_keys() for token in tokens_for(key)]


@contextmanager
def _without_indexes(works: Works) -> Iterator[None]:
    """Drop the token table's indexes for the load, and make them again."""
    [[key]] = works.admin(KEY_OF_TOKENS)
    works.admin("ALTER TABLE patient_search_tokens DROP CONSTRAINT pk_patient_search_tokens")
    works.admin("DROP INDEX ix_patient_search_tokens_patient_id")
    yield
    works.admin("ALTER TABLE patient_search_tokens ADD CONSTRAINT pk_patient_search_tokens " + key)
    works.admin(
        "CREATE INDEX ix_patient_search_tokens_patient_id"
        " ON patient_search_tokens (tenant_id, patient_id)"
    )


if __name__ == "__main__":
    main(measure)
