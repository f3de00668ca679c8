"""What is tried on every table: each probe yields what it tried, and whether the database held."""

from collections.abc import Callable, Iterator

from tests.tenancy.rows import Table, annex_values, values_for
from tests.tenancy.stage import Stage

Finding = tuple[str, bool]
Probe = Callable[[Stage, Table], Iterator[Finding]]


def nobody_sees_or_adds(stage: Stage, table: Table) -> Iterator[Finding]:
    """Without a context, for each role: empty, and nothing can be added or changed."""
    for role in ("app", "worker", "owner"):
        stage.speak_as(role)
        yield f"{role} reads without a context", stage.count(table.name) == 0
        changed = stage.touches("UPDATE {} SET tenant_id = tenant_id", table.name)
        yield f"{role} changes without a context", changed == 0
        for clinic in stage.clinics:
            if table.written:
                values = values_for(table, clinic) | {"tenant_id": clinic.tenant_id}
                yield f"{role} adds without a context", not stage.takes(table, values)


def forgeries_open_nothing(stage: Stage, table: Table) -> Iterator[Finding]:
    """Altered, cut, expired and invented contexts read nothing and write nothing."""
    for own, other in stage.sides():
        true = stage.context()
        payload, mac = true.rsplit("|", 1)
        fields = payload.split("|")
        expired = "|".join([*fields[:-1], "1", mac])
        foreign = "|".join(["v1", str(other.tenant_id), *fields[2:], mac])
        flipped = true[:-1] + ("0" if true[-1] != "0" else "1")
        attempts = {
            "another clinic's tenant": foreign, "an expired end": expired, "a cut MAC": true[:-1],
            "a flipped digit": flipped, "an added field": true + "|1", "no MAC": payload + "|",
            "only bars": "|" * 9, "nonsense": "v1", "nothing": "",
        }  # fmt: skip
        for what, attempt in attempts.items():
            stage.set_context(attempt)
            yield f"{what} reads", stage.count(table.name) == 0
            if table.written:
                values = values_for(table, own) | {"tenant_id": own.tenant_id}
                yield f"{what} adds", not stage.takes(table, values)


def own_rows_only(stage: Stage, table: Table) -> Iterator[Finding]:
    """One's own rows and no other, however they are asked for."""
    for own, other in stage.sides():
        if table.written or table.name == "user_action_audit_log":
            yield "sees one's own", stage.count(table.name) > 0
        yield "sees others", stage.count(table.name, "tenant_id <> %s", own.tenant_id) == 0
        named = stage.count(table.name, "tenant_id = %s", other.tenant_id)
        yield "sees another by name", named == 0
        whole_row = f"to_jsonb({table.name}) ->> 'tenant_id' = %s"
        seen = stage.count(table.name, whole_row, str(other.tenant_id))
        yield "sees another as a whole row", seen == 0
        joined = stage.count(
            table.name, "tenant_id IN (SELECT t.id FROM tenants t WHERE t.id <> %s)", own.tenant_id
        )
        yield "sees another by a join", joined == 0


def changes_no_other(stage: Stage, table: Table) -> Iterator[Finding]:
    """Nothing of the other clinic is changed, erased, locked or moved; nothing moves there."""
    for own, other in stage.sides():
        for what, statement in {
            "changes another's": "UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = %s",
            "takes over another's": f"UPDATE {{}} SET tenant_id = {own.tenant_id}"
            " WHERE tenant_id = %s",
            "erases another's": "DELETE FROM {} WHERE tenant_id = %s",
            "locks another's": "SELECT FROM {} WHERE tenant_id = %s FOR UPDATE",
        }.items():
            yield what, stage.touches(statement, table.name, other.tenant_id) == 0
        gave = stage.touches("UPDATE {} SET tenant_id = %s", table.name, other.tenant_id)
        yield "gives a row away", gave == 0
        if table.written:
            values = values_for(table, own) | {"tenant_id": other.tenant_id}
            yield "adds to another", not stage.takes(table, values)
            whole = values_for(table, other) | {"tenant_id": other.tenant_id}
            yield "adds a whole row to another", not stage.takes(table, whole)


def points_at_no_other(stage: Stage, table: Table) -> Iterator[Finding]:
    """No reference can be made to point into the other clinic."""
    for own, other in stage.sides():
        for column, target in table.references.items():
            if other.ids.get(target) == own.ids.get(target):
                continue
            also = "status = 'merged', " if column == "merged_into" else ""
            one = f"id = {own.ids[table.name]}" if table.has_id and table.written else "true"
            pointed = stage.touches(
                f"UPDATE {{}} SET {also}{column} = %s WHERE {one}", table.name, other.ids[target]
            )
            yield f"points {column} at another", pointed == 0
            if table.written and not table.has_id:
                values = values_for(table, own) | {column: other.ids[target]}
                yield f"adds a row whose {column} is another's", not stage.takes(table, values)


def limited_to_a_facility(stage: Stage, table: Table) -> Iterator[Finding]:
    """Somebody limited to one facility reaches no other's rows.

    Patients and people belong to the clinic group, not to a facility. Slots can be read
    everywhere: a doctor is taken wherever that is.
    """
    for own, _other in stage.sides():
        if table.name not in own.annex or table.name in ("patients", "users"):
            continue
        there = own.annex[table.name]
        if table.name != "availability_slots":
            yield "sees another facility's", stage.count(table.name, "id = %s", there) == 0
        for what, statement in {
            "changes another facility's": "UPDATE {} SET tenant_id = tenant_id WHERE id = %s",
            "erases another facility's": "DELETE FROM {} WHERE id = %s",
        }.items():
            yield what, stage.touches(statement, table.name, there) == 0
        if table.of_facility:
            annex = own.annex["facilities"]
            moved = stage.touches("UPDATE {} SET facility_id = %s", table.name, annex)
            yield "moves a row to another facility", moved == 0
            yield "adds to another facility", not stage.takes(table, annex_values(table, own))


PROBES: tuple[Probe, ...] = (
    nobody_sees_or_adds,
    forgeries_open_nothing,
    own_rows_only,
    changes_no_other,
    points_at_no_other,
    limited_to_a_facility,
)


def findings(stage: Stage, table: Table) -> Iterator[Finding]:
    """Everything that is tried on one table."""
    for probe in PROBES:
        yield from probe(stage, table)
