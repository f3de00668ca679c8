"""Every condition of an opening, each said once.

The search asks for those that hold, and `why_not` for those that do not: a condition that is added
here narrows what is on offer, and is a reason where something is not; its words are in `words`.

In the statements `o` is the offering, `s` (after those of an offering) the slot; with a slot `o`
has `offering_id`, but not for those of `ALONE`, which the board asks of no offering.
"""

from collections.abc import Iterable
from typing import NamedTuple

from portal.scheduling.slots import predicates


class Condition(NamedTuple):
    """`holds` is SQL; when it does not, `code` is the reason why."""

    code: str
    holds: str


class Standing(NamedTuple):
    """A row that an offering stands on; `holds` is SQL, and when it does not, `code` is why."""

    code: str
    table: str
    alias: str
    key: str
    holds: str

    def join(self, kind: str = "JOIN") -> str:
        """It is there, and holds."""
        return f"{self.there(kind)} AND {self.holds}"

    def there(self, kind: str) -> str:
        """It is there, whether or not it holds."""
        table, alias = self.table, self.alias
        return f"{kind} {table} {alias} ON {alias}.tenant_id = :tenant_id AND {self.key}"


ACTIVE = Condition("offering_inactive", "o.active")
SERVICE = Standing(
    "service_retired", "services", "s", "s.id = o.service_id", "s.deleted_at IS NULL"
)
DOCTOR = Standing("doctor_retired", "doctors", "d", "d.id = o.doctor_id", "d.deleted_at IS NULL")
FACILITY = Standing(
    "facility_closed", "facilities", "f", "f.id = o.facility_id", "f.deleted_at IS NULL"
)
LOCATION = Standing(
    "no_place", "facility_doctors", "p",
    "p.facility_id = o.facility_id AND p.doctor_id = o.doctor_id", "p.active",
)  # fmt: skip
STANDS_ON = (SERVICE, DOCTOR, FACILITY, LOCATION)

# What a slot has to be for anybody, for the offering, and for whoever asks.
ALONE = (
    Condition("withdrawn", "s.status <> 'cancelled'"),
    Condition("full", predicates.has_seat("s")),
    Condition("orphaned", "s.orphaned_at IS NULL"),
)
OF_SLOT = (
    Condition("other_service", predicates.is_for("s", "o.offering_id")),
    *ALONE,
    Condition("held", f"NOT {predicates.held_by_others('s')}"),
)


def every(conditions: Iterable[Condition]) -> str:
    """All of them hold."""
    return " AND ".join(condition.holds for condition in conditions)


def first_missing(conditions: Iterable[Condition]) -> str:
    """The code of the first that does not hold; NULL when all do."""
    whens = (f"WHEN NOT ({each.holds}) THEN '{each.code}'" for each in conditions)
    return f"CASE {' '.join(whens)} END"


def workflow(plan_id: str) -> str:
    """The steps of an offering under a plan, or the usual ones: `id`, `total_estimated_minutes`.

    Args:
        plan_id: SQL; `NULL` for whoever pays themselves.
    """
    plan = f"(insurance_plan_id IS NULL OR insurance_plan_id = {plan_id})"
    return f"""
           SELECT id, total_estimated_minutes FROM service_workflows
            WHERE tenant_id = :tenant_id AND service_offering_id = o.id AND active
              AND total_estimated_minutes > 0
              AND {"insurance_plan_id IS NULL" if plan_id == "NULL" else plan}
            ORDER BY insurance_plan_id NULLS LAST LIMIT 1"""  # noqa: S608 - names of columns
