"""Verifying 100,000 audit entries: less than 3 s. `python -m bench.audit_verification`."""

from collections.abc import Iterator

import psycopg

from bench.kit import Figure, interleaved, main, scratch
from portal.audit import checkpoints, commands
from portal.audit.seal_store import SealStore
from portal.audit.verification import verify
from tests.support.databases import Database

LIMIT_SECONDS = 3.0
BATCH = 5_000
RUNS = 3

# Like a change of a patient: two envelopes, before and after.
ENTRY = """
SELECT count(audit_note('patients.update', 'patients', n, n, 'done', NULL,
  jsonb_build_object('status', 'active', 'phone_envelope', repeat('\\x0101ab', 24)),
  jsonb_build_object('status', 'inactive', 'phone_envelope', repeat('\\x0101cd', 24))))
FROM generate_series(1, %s) AS n
"""


def measure(small: bool) -> Iterator[Figure]:
    """The median of three verifications of a sealed log."""
    entries = BATCH if small else 100_000
    with scratch("audit") as database, database.app().app_context():
        store = SealStore(database.server.folder / "seals")
        _fill(database, store, entries)

        def run() -> None:
            report = verify(checkpoints.read(store.checkpoints))
            assert report.holds, report.wrong
            assert report.entries >= entries

        seconds = interleaved(RUNS, {"verify": run})["verify"].p50
    yield Figure(f"verifying {entries:,} audit entries", seconds, "s", at_most=LIMIT_SECONDS)


def _fill(database: Database, store: SealStore, entries: int) -> None:
    create = "SELECT create_tenant('alder', 'Alder', 'UTC', 'en', '{}')"
    with psycopg.connect(database.url("worker")) as worker:
        tenant_id = worker.execute(create).fetchone()[0]
    commands.seal(store)
    for _ in range(entries // BATCH):
        with psycopg.connect(database.url("worker")) as worker:
            worker.execute("SELECT enter_job(%s, 'bench')", [tenant_id])
            worker.execute(ENTRY, [BATCH])
        commands.seal(store)


if __name__ == "__main__":
    main(measure)
