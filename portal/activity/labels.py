"""The log in plain words, which the areas register.

An action that none of them names is shown as it is written, so that nothing is ever left out.
"""

from flask_babel import gettext

from portal.errors import N_
from portal.registry.area import areas

CHANGES = {
    "insert": N_("%(record)s: added"),
    "update": N_("%(record)s: edited"),
    "delete": N_("%(record)s: removed"),
}
ASKED = N_("Opened a page about %(area)s")
OUTCOMES = {
    # outcome -> words, icon, the chip's class
    "done": (N_("Done"), "check", ""),
    "refused": (N_("Refused"), "shield-alert", "warn"),
    "failed": (N_("Failed"), "triangle-alert", "warn"),
}
UNTABLED = frozenset({"availability_slots", "user_action_audit_log"})


def action_words(action_type: str) -> str:
    """An action of the log, in the reader's language."""
    every = areas()
    known = every.patients_seen.get(action_type) or every.done.get(action_type)
    if known:
        return str(gettext(known))
    table, _dot, change = action_type.rpartition(".")
    if table in every.records and change in CHANGES:
        return str(gettext(CHANGES[change], record=gettext(every.records[table])))
    area = every.labels.get(action_type.partition(".")[0])
    return str(gettext(ASKED, area=gettext(area))) if area else action_type


def record_words(table: str) -> str:
    """A kind of record, in the reader's language; an unknown one as its table is called."""
    known = areas().records.get(table)
    return str(gettext(known)) if known else table


def changes() -> list[str]:
    """Every change of a record that the log can hold."""
    audited = sorted(areas().records.keys() - UNTABLED)
    return [f"{table}.{change}" for table in audited for change in CHANGES]


def actor_words(actor: str, name: str | None) -> str:
    """Who did it: a person by name, a job, or somebody at the database itself."""
    kind, _colon, which = actor.partition(":")
    if kind == "user" and name:
        return name
    if kind == "job":
        return str(gettext("The portal itself (%(job)s)", job=which))
    if kind == "db":
        return str(gettext("At the database itself (%(role)s)", role=which))
    return actor
