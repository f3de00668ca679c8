"""What stands on the invented patients' charts: alerts, notes, whom to call."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from random import Random

from portal.patients.commands.charting import ChartLines, ContactDetails, write_charts
from portal.patients.rules.details import PatientDetails
from seeds.founding import Built

ALERTS = (
    ("allergy", "Penicillin"),
    ("allergy", "Latex"),
    ("safety", "Takes a blood thinner"),
    ("safety", "Falls: needs help to stand"),
    ("communication", "Hard of hearing: speak to the left side"),
    ("safety", "Faints at injections"),
)
NOTES = (
    "Prefers the first appointment of the morning.",
    "Comes with a carer.",
    "Asked to be called, not written to.\nBest after 4 PM.",
)
RELATIONS = ("sister", "brother", "partner", "daughter", "son", "neighbor")
OF_AGE = 18


def without_lines(details: PatientDetails) -> PatientDetails:
    """The patient without what is written on the chart."""
    meta = {key: value for key, value in details.meta.items() if key != "alert"}
    return replace(details, notes=None, meta=meta)


def write(
    built: Built, random: Random, known: Iterable[tuple[int, PatientDetails]], today: date
) -> None:
    """Write the charts of some patients, by id and as they were registered."""
    lines = ChartLines([], [], [])
    for patient_id, details in known:
        if alert := details.meta.get("alert"):
            lines.alerts.append((patient_id, *alert))
        if random.random() < 0.03:
            lines.alerts.append((patient_id, "billing", "Ask for the new member card"))
        if details.notes:
            lines.notes.append((patient_id, details.notes))
        child = details.dob is not None and (today - details.dob).days < OF_AGE * 365
        if child or random.random() < 0.2:
            lines.contacts.append((patient_id, _contact(built, random, details, child=child)))
    write_charts(lines)


def _contact(
    built: Built, random: Random, details: PatientDetails, *, child: bool
) -> ContactDetails:
    """A child's parent, with the same family name; anybody else's next of kin."""
    group = built.group
    relation = random.choice(("mother", "father")) if child else random.choice(RELATIONS)
    name = f"{random.choice(group.first_names)} {details.last_name}"
    return ContactDetails("guardian" if child else "emergency", name, relation, details.phone)
