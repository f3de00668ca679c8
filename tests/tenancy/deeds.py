"""What is tried on tables of what people did: whose it is, who says so, who oversees it."""

from collections.abc import Iterator
from dataclasses import replace

from tests.tenancy.rows import Table, values_for
from tests.tenancy.stage import Finding, Stage


def nobody_reviews_themself(stage: Stage, table: Table) -> Iterator[Finding]:
    """Breaking the glass is looked through by somebody else."""
    if table.name != "break_glass":
        return
    for _own, _other in stage.sides():
        reviewed = stage.touches("UPDATE {} SET reviewed_at = now()", table.name)
        yield "reviews their own", reviewed == 0


# The columns that say who did something; nobody writes a colleague's name there.
IN_ONES_OWN_NAME = {
    "absence_visits": ("called_by",), "absences": ("recorded_by", "undone_by"),
    "appointment_acts": ("user_id",), "appointments": ("updated_by",),
    "availability_slots": ("reserved_by",), "disclosures": ("recorded_by",),
    "exports": ("asked_by",),
    "form_submissions": ("user_id",), "own_acts": ("user_id",),
    "patient_alerts": ("author_id", "ended_by"),
    "patient_contacts": ("author_id", "ended_by"), "patient_distinctions": ("decided_by",),
    "patient_merges": ("merged_by", "undone_by"), "patient_notes": ("author_id",),
    "uploads": ("uploaded_by",),
}  # fmt: skip
# A call is taken back, a hold is let go of, and a visit is signed by trigger whatever is said.
NAMES_GO = {"absence_visits", "appointments", "availability_slots"}


def in_nobody_elses_name(stage: Stage, table: Table) -> Iterator[Finding]:
    """What is a person's own is written by nobody else, nor given to anybody."""
    for own, _other in stage.sides():
        colleague = own.annex["users"]
        blind = replace(table, has_id=False)  # asks for nothing back, which might be hidden
        for column in IN_ONES_OWN_NAME.get(table.name, ()):
            values = values_for(table, own) | {column: colleague}
            yield f"adds with a colleague as {column}", not stage.takes(blind, values)
            given = stage.touches(f"UPDATE {{}} SET {column} = %s", table.name, colleague)
            yield f"says that a colleague is {column}", given == 0
            if table.name not in NAMES_GO:
                nobody = stage.touches(f"UPDATE {{}} SET {column} = NULL", table.name)
                yield f"says that nobody is {column}", nobody == 0


# What only whoever did it reads, and how it is changed.
ONES_OWN = {"form_submissions": "location = '/'", "own_acts": "undone_at = now()"}


def ones_own_alone(stage: Stage, table: Table) -> Iterator[Finding]:
    """What a colleague has sent, or may take back, is neither read, changed nor forgotten."""
    if table.name not in ONES_OWN:
        return
    changed = f"UPDATE {{}} SET {ONES_OWN[table.name]}"
    for own, _other in stage.sides():
        with stage.of_a_colleague(table.name, own):
            yield "reads a colleague's", stage.count(table.name) == 0
            yield "changes", stage.touches(changed, table.name) == 0
            yield "forgets", stage.touches("DELETE FROM {}", table.name) == 0


# Files that leave the clinic or come in, and what was opened in an emergency.
OVERSEEN = {"break_glass", "export_parts", "exports", "uploads"}


def overseen_by_those_who_oversee(stage: Stage, table: Table) -> Iterator[Finding]:
    """Somebody at the front desk does not see what they have not made themselves."""
    if table.name not in OVERSEEN:
        return
    for own, _other in stage.sides():
        with stage.seen_from_the_desk(own):
            yield "sees a colleague's at the desk", stage.count(table.name) == 0


HIDDEN = """
SELECT DISTINCT polrelid::regclass::text FROM pg_policy
WHERE polname LIKE '%\\_seen' AND polrelid <> 'user_action_audit_log'::regclass
UNION VALUES ('passkeys'), ('recovery_codes'), ('user_factors'), ('user_links')
"""
CHANGED = """
INSERT INTO {} (tenant_id, user_id, actor, action_type, table_name, record_id, outcome)
SELECT %s, %s, 'user', name || '.insert', name, 1, 'done' FROM unnest(%s::text[]) AS name
"""


def changes_tell_nothing_hidden(stage: Stage, table: Table) -> Iterator[Finding]:
    """A row that the front desk does not see is not told of by the entry that it was made."""
    if table.name != "user_action_audit_log":
        return
    for own, _other in stage.sides():
        hidden = [name for (name,) in stage.connection.execute(HIDDEN)]
        ids = (own.tenant_id, own.ids["users"])
        with stage.after(CHANGED, table.name, *ids, [*hidden, "patients"]):
            made = "actor = 'user' AND record_id = 1 AND table_name = ANY (%s)"
            yield "sees as an owner", stage.count(table.name, made, hidden) >= len(hidden)
            with stage.seen_from_the_desk(own):
                yield "sees at the desk", stage.count(table.name, made, hidden) == 0
                yield "sees changes", stage.count(table.name, made, ["patients"]) > 0


def sessions_are_ones_own(stage: Stage, table: Table) -> Iterator[Finding]:
    """Where and with what a colleague works is not told to the front desk."""
    if table.name != "user_sessions":
        return
    for own, _other in stage.sides():
        with stage.seen_from_the_desk(own):
            yield "sees one's own", stage.count(table.name) == 1
            theirs = (
                "INSERT INTO {} (tenant_id, user_id, token_hash, expires_at, idle_seconds)"
                " VALUES (%s, %s, sha256('colleague'), now() + interval '1 hour', 600)"
            )
            with stage.after(theirs, table.name, own.tenant_id, own.annex["users"]):
                yield "sees a colleague's", stage.count(table.name) == 1


LOOK = "SELECT audit_note('patients.show', 'patients', 1, NULL, 'done', NULL, NULL, NULL)"


def looks_are_overseen(stage: Stage, table: Table) -> Iterator[Finding]:
    """Who looked at what, signed in or was refused is not told to the front desk."""
    if table.name != "user_action_audit_log":
        return
    for own, _other in stage.sides():
        stage.connection.execute(LOOK)
        looked = "action_type = 'patients.show'"
        yield "sees as an owner who looked", stage.count(table.name, looked) > 0
        with stage.seen_from_the_desk(own):
            yield "sees at the desk who looked", stage.count(table.name, looked) == 0
