"""What is done while a transaction of the web application is open."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from portal.db import session
from tests.support.people import Clinic

# Who the transaction is of, and what the portal has proven in it: SQL reads and sets both.
KEPT = ("portal.context", "portal.proofs")
READ = text("SELECT current_setting(:name, true)")
SET = text("SELECT set_config(:name, :value, true)")


@contextmanager
def meanwhile(clinic: Clinic) -> Iterator[None]:
    """Do what is inside as a job; after it the same person goes on in the same transaction."""
    kept = {name: session.scalar(READ, {"name": name}) for name in KEPT}
    session.commit()
    with clinic.at_work():
        yield
    for name, value in kept.items():
        session.execute(SET, {"name": name, "value": value or ""})
