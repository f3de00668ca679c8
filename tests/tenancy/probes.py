"""What is tried on every table: each probe yields what it tried, and whether the database held."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.tenancy.deeds import (
    changes_tell_nothing_hidden,
    in_nobody_elses_name,
    looks_are_overseen,
    nobody_reviews_themself,
    ones_own_alone,
    overseen_by_those_who_oversee,
    sessions_are_ones_own,
)
from tests.tenancy.forgeries import forgeries
from tests.tenancy.rows import Clinic, Table, annex_values, values_for
from tests.tenancy.stage import Finding, Stage

# The hash of 256 random bits is unique over all clinics: who knows one has the token already.
RANDOM = {("user_sessions", "token_hash"), ("user_links", "token_hash")}
UNKNOWN = 2**31 - 1

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
        attempts = forgeries(stage.context(), other)
        for what, attempt in attempts.items():
            stage.set_context(attempt)
            yield f"{what} reads", stage.count(table.name) == 0
            if table.written:
                values = values_for(table, own) | {"tenant_id": own.tenant_id}
                yield f"{what} adds", not stage.takes(table, values)


def own_rows_only(stage: Stage, table: Table) -> Iterator[Finding]:
    """One's own rows and no other, however they are asked for."""
    for own, other in stage.sides():
        yield "sees one's own", stage.count(table.name) > 0
        yield "sees others", stage.count(table.name, "tenant_id <> %s", own.tenant_id) == 0
        named = stage.count(table.name, "tenant_id = %s", other.tenant_id)
        yield "sees another by name", named == 0
        whole_row = f"to_jsonb({table.name}) ->> 'tenant_id' = %s"
        seen = stage.count_if_let(table.name, whole_row, str(other.tenant_id))
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
    """No reference can be made to point into the other clinic.

    What the web role may not write it has functions write, which no policy limits.
    """
    for own, other in stage.sides():
        for column, target in table.references.items():
            if other.ids.get(target) == own.ids.get(target):
                continue
            if _out_of_order(table, column, own, other):
                continue
            stage.speak_as_whoever_writes(table, column, own)
            also = _also(own, table, column)
            one = f"id = {own.ids[table.name]}" if table.has_id and table.written else "true"
            pointed = stage.touches(
                f"UPDATE {{}} SET {also}{column} = %s WHERE {one}", table.name, other.ids[target]
            )
            yield f"points {column} at another", pointed == 0
            if table.written and not table.has_id:
                values = values_for(table, own) | {column: other.ids[target]}
                yield f"adds a row whose {column} is another's", not stage.takes(table, values)


def copies_no_other(stage: Stage, table: Table) -> Iterator[Finding]:
    """COPY hands over one's own rows alone, and takes none past row security."""
    for own, other in stage.sides():
        for source in (f"{table.name} (tenant_id)", f"(SELECT tenant_id FROM {table.name})"):
            yield "copies out another's", stage.copied_out(source) <= {own.tenant_id}
        yield "copies out one's own", stage.copied_out(source) == {own.tenant_id}
        theirs = f"(SELECT tenant_id FROM {table.name} WHERE tenant_id = {other.tenant_id})"
        yield "copies out a query of another's", stage.copied_out(theirs) == set()
        if table.written:
            values = values_for(table, other) | {"tenant_id": other.tenant_id}
            yield "copies in another's", not stage.copies_in(table, values)


def upserts_no_other(stage: Stage, table: Table) -> Iterator[Finding]:
    """ON CONFLICT is no way round: neither to another's row nor past it."""
    for own, other in stage.sides():
        if not table.written:
            continue
        whole = values_for(table, other) | {"tenant_id": other.tenant_id}
        if table.has_id:
            whole["id"] = other.ids[table.name]
        into = (
            f"INSERT INTO {{}} ({', '.join(whole)}) OVERRIDING SYSTEM VALUE"
            f" VALUES ({', '.join(['%s'] * len(whole))})"
            f" ON CONFLICT ON CONSTRAINT pk_{table.name} DO "
        )
        for what, instead in {
            "leaves another's as it is": "NOTHING",
            "writes over another's": "UPDATE SET tenant_id = EXCLUDED.tenant_id",
            "takes over another's instead": f"UPDATE SET tenant_id = {own.tenant_id}",
        }.items():
            done = stage.touches(into + instead, table.name, *whole.values())
            yield f"by ON CONFLICT {what}", done == 0


def others_are_in_nobodys_way(stage: Stage, table: Table) -> Iterator[Finding]:
    """What another clinic has is free here: no key tells of it, and no reference either."""
    for own, other in stage.sides():
        if not table.written:
            continue
        values = values_for(table, own) | {"tenant_id": own.tenant_id}
        theirs = values_for(table, other)
        alike = {
            column: theirs[column]
            for column in values
            if column not in table.references and column != "tenant_id"
            and (table.name, column) not in RANDOM
        }  # fmt: skip
        with stage.without_own_rows(table.name, own):
            usual, refused = stage.refusal(table, values), stage.refusal(table, values | alike)
            yield f"a key of another's is refused: {refused}, not {usual}", refused == usual
        for column, target in table.references.items():
            if other.ids.get(target) == own.ids.get(target):
                continue
            if _out_of_order(table, column, own, other):
                continue
            known = stage.refusal(table, values | {column: other.ids[target]})
            never = stage.refusal(table, values | {column: UNKNOWN})
            yield f"{column} tells another's {known} from none {never}", known == never


def _out_of_order(table: Table, column: str, own: Clinic, other: Clinic) -> bool:
    """Of two records that are two people the older is named first: one of the sides can ask."""
    if table.name != "patient_distinctions" or column == "decided_by":
        return False
    later = other.ids["patients"] > own.ids["patients"]
    return later if column == "patient_id" else not later


def _also(own: Clinic, table: Table, column: str) -> str:
    """What a CHECK wants beside a reference, so that the reference is what is refused."""
    if column == "merged_into":
        return "status = 'merged', "
    if column == "corrects_id" and table.name == "disclosures":
        return "because = what, "
    return f"asked_by = {own.annex['users']}, " if column == "approved_by" else ""


def limited_to_a_facility(stage: Stage, table: Table) -> Iterator[Finding]:
    """Somebody limited to one facility reaches no other's rows.

    People belong to the clinic group, not to a facility. Slots can be read everywhere: a doctor
    is taken wherever that is. A patient may be moved: who was here once stays known here.
    """
    for own, _other in stage.sides():
        if table.name not in own.annex or table.name == "users":
            continue
        where, there = _of_the_annex(table, own)
        if table.name != "availability_slots":
            yield "sees another facility's", stage.count(table.name, where, there) == 0
        for what, statement in {
            "changes another facility's": f"UPDATE {{}} SET tenant_id = tenant_id WHERE {where}",
            "erases another facility's": f"DELETE FROM {{}} WHERE {where}",
            "locks another facility's": f"SELECT FROM {{}} WHERE {where} FOR UPDATE",
        }.items():
            yield what, stage.touches(statement, table.name, there) == 0
        if table.of_facility or table.hangs_on:
            yield "adds to another facility", not stage.takes(table, annex_values(table, own))
        if column := table.hangs_on:
            blind = replace(table, has_id=False)  # asks for nothing back
            values = annex_values(table, own)
            yield "adds to another facility's, unseen", not stage.takes(blind, values)
            hung = stage.touches(f"UPDATE {{}} SET {column} = %s", table.name, there)
            yield "hangs a row on another facility's", hung == 0
        if table.of_facility and table.name != "patients":
            annex = own.annex["facilities"]
            moved = stage.touches("UPDATE {} SET facility_id = %s", table.name, annex)
            yield "moves a row to another facility", moved == 0


def _of_the_annex(table: Table, own: Clinic) -> tuple[str, int]:
    """Which rows are another facility's, or hang on what is."""
    if column := table.hangs_on:
        return f"{column} = %s", own.annex[table.references[column]]
    return "id = %s", own.annex[table.name]


def visits_bring_nobody_in(stage: Stage, table: Table) -> Iterator[Finding]:
    """Whoever has a visit here is reached from here: so a visit is no way to reach others."""
    if table.name != "appointments":
        return
    for own, _other in stage.sides():
        stranger = own.annex["patients"]
        values = annex_values(table, own) | {
            "facility_id": own.ids["facilities"], "patient_id": stranger,
        }  # fmt: skip
        yield "books for another facility's patient", not stage.takes(table, values)
        given = stage.touches("UPDATE {} SET patient_id = %s", table.name, stranger)
        yield "gives a visit to another facility's patient", given == 0


PROBES: tuple[Probe, ...] = (
    nobody_sees_or_adds,
    forgeries_open_nothing,
    own_rows_only,
    changes_no_other,
    points_at_no_other,
    limited_to_a_facility,
    visits_bring_nobody_in,
    nobody_reviews_themself,
    in_nobody_elses_name,
    ones_own_alone,
    overseen_by_those_who_oversee,
    looks_are_overseen,
    changes_tell_nothing_hidden,
    sessions_are_ones_own,
    copies_no_other,
    upserts_no_other,
    others_are_in_nobodys_way,
)


def findings(stage: Stage, table: Table) -> Iterator[Finding]:
    """Everything that is tried on one table."""
    for probe in PROBES:
        yield from probe(stage, table)
