"""Inventing patients: names, ages, languages, alerts and insurance in likely proportions."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from portal import clock
from portal.patients.commands.registering import register_checked
from portal.patients.rules.details import PatientDetails
from portal.tenancy.context import as_job
from seeds import charts
from seeds.founding import Built

BATCH = 1_000


@dataclass(frozen=True)
class Invented:
    """A registered patient, as much of them as booking needs."""

    id: int
    born: date
    plan: str | None
    place: str
    language: str | None


def invent(built: Built, how_many: int, report: Callable[[str], None]) -> list[Invented]:
    """Register invented patients; the active ones, in a fixed order."""
    random = Random(f"{built.group.slug} patients")
    written, today = Random(f"{built.group.slug} charts"), clock.today_in(built.group.timezone)
    people = _people(built, random, today)
    active: list[Invented] = []
    for first in range(0, how_many, BATCH):
        many = list(islice(people, min(BATCH, how_many - first)))
        with as_job(built.tenant_id, "demo"):
            ids = register_checked([charts.without_lines(details) for details, _, _ in many])
            known = zip(ids, (details for details, _, _ in many), strict=True)
            charts.write(built, written, known, today)
        active += [
            Invented(patient_id, details.dob, plan, place, details.preferred_language)
            for patient_id, (details, plan, place) in zip(ids, many, strict=True)
            if details.status == "active" and details.dob
        ]
        if how_many > BATCH:
            report(f"{built.group.slug}: {first + len(many)} of {how_many} patients")
    return active


def _people(
    built: Built, random: Random, today: date
) -> Iterator[tuple[PatientDetails, str | None, str]]:
    group = built.group
    apart = Random(f"{group.slug} apart")
    number = 0
    while True:
        number += 1
        first_name, last_name = random.choice(group.first_names), random.choice(group.last_names)
        place = random.choice(group.places).slug
        plan = random.choice(built.accepted(place)) if random.random() < 0.87 else None
        details = PatientDetails(
            first_name=first_name,
            last_name=last_name,
            dob=_birth(random, today),
            phone=_phone(random, group.area_codes) if random.random() < 0.93 else None,
            email=_email(first_name, last_name, number) if random.random() < 0.7 else None,
            member_numbers={plan: f"{plan}-{random.randrange(10**7):07d}"} if plan else {},
            notes=random.choice(charts.NOTES) if random.random() < 0.06 else None,
            meta=_meta(built, random, apart),
            status=random.choices(("active", "inactive", "deceased"), (96, 3, 1))[0],
            preferred_language=(
                random.choice(group.languages) if random.random() < 0.13 else group.locale[:2]
            ),
            facility_id=built.places[place],
            default_insurance_plan_id=built.plans[plan] if plan else None,
        )
        yield details, plan, place


def _birth(random: Random, today: date) -> date:
    """A quarter are children; the others' ages thin out towards ninety-eight."""
    years = random.uniform(0, 17) if random.random() < 0.25 else random.triangular(17, 98, 44)
    return today - timedelta(days=int(years * 365.25))


def _phone(random: Random, area_codes: tuple[str, ...]) -> str:
    """Numbers that are kept for fiction."""
    if not area_codes:
        return f"07700 900{random.randrange(1000):03d}"
    return f"({random.choice(area_codes)}) 555-{random.randrange(10_000):04d}"


def _email(first_name: str, last_name: str, number: int) -> str:
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}").casefold()
    kept = "".join(char for char in plain if char.isascii() and (char.isalpha() or char == "."))
    return f"{kept}{number}@mail.example"


def _meta(built: Built, random: Random, apart: Random) -> dict[str, Any]:
    """Address, sex, consent and alert; what came later is drawn apart, so that the rest stays."""
    group = built.group
    street = f"{random.randrange(1, 400)} {random.choice(group.streets)} Street"
    city = group.places[0].name.split()[0]
    meta: dict[str, Any] = {"address": {"line": [street], "city": city}}
    if random.random() < 0.09:
        meta["alert"] = random.choice(charts.ALERTS)
    if apart.random() < 0.8:
        meta["gender"] = apart.choices(("female", "male", "other"), (50, 48, 2))[0]
    if apart.random() < 0.6:
        meta["consent"] = {"phone": apart.random() < 0.85, "email": apart.random() < 0.7}
    return meta
