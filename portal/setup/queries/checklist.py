"""How far a clinic is set up, counted in one statement however much of it there is."""

from portal import clock
from portal.db import session
from portal.setup.rules import Counts, SetupGap
from portal.sql import statement
from portal.tenancy.context import request_context

GAPS = ("placeless", "unoffered", "stepless", "hourless", "planless", "unaccepted", "invited")
HAVE = (
    "facilities", "doctors", "places", "services", "offerings", "plans", "acceptances", "steps",
    "workflows", "hours", "staff",
)  # fmt: skip
STATEMENT = statement("setup/checklist", gaps=GAPS)


def counts() -> Counts:
    """The clinic's records, and where some are missing, as far as this person sees them."""
    known = request_context()
    values = {"tenant_id": known.tenant_id, "user_id": known.user_id, "now": clock.now()}
    row = session.execute(STATEMENT, values).one()._mapping
    return Counts(
        have={name: row[name] for name in HAVE} | {"visit": int(row["booked"])},
        gaps={name: SetupGap(row[name], row[f"{name}_id"]) for name in GAPS if row[name]},
    )
