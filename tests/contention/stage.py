"""A clinic whose starts everybody wants: five doctors, with 1, 1, 2, 5 and 20 seats a start."""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.auth import throttling
from portal.auth.commands.signing_in import sign_in
from portal.cli.invariants import checks
from portal.db import session
from portal.schema.availability import AvailabilitySlot
from tests.support.databases import Database
from tests.support.people import Clinic, found
from tests.support.requests import Client
from tests.support.scheduling import MONDAY, Practice, a_patient, a_practice, hours
from tests.support.serving import environment

SEATS = (1, 1, 2, 5, 20)
BOOK = "/appointments/new"
BOOKED = re.compile(r'"portal:booked":\{"id":(\d+)\}')


class Start(NamedTuple):
    """A start, and how many may have it."""

    slot_id: int
    start_at: datetime
    seats: int
    practice: Practice


@dataclass(frozen=True)
class Stage:
    """The clinic, and a receptionist's session."""

    database: Database
    app: Flask
    folder: Path
    clinic: Clinic
    token: str
    starts: list[Start]
    patient_ids: list[int]

    def environment(self) -> dict[str, str]:
        """For the processes that work there: it is that Monday morning for them."""
        return environment(self.database, self.folder) | {"PORTAL_NOW": MONDAY.isoformat()}

    def broken(self) -> dict[str, list[str]]:
        """Every promise that is broken, and by what."""
        with self.app.app_context(), clock.at(MONDAY), self.clinic.at_work():
            found = {promise: list(check()) for promise, check in checks().items()}
        return {promise: lines for promise, lines in found.items() if lines}

    def seen(self, statement: str, *values: object) -> list[tuple]:
        """What is in the database, past every right."""
        with self.database.connect("admin") as admin:
            return admin.execute(statement, values or None).fetchall()

    def seats_taken(self) -> dict[int, int]:
        """Of each slot with visits, by their rows alone."""
        counted = "SELECT availability_slot_id, count(*) FROM appointments GROUP BY 1"
        return dict(self.seen(counted))


def set_up(
    database: Database, folder: Path, *, weeks: int = 1, patients: int = 60, **config: Any
) -> Stage:
    """Each doctor is there from eight to six on workdays: a hundred starts a week."""
    app = database.app(**config)
    with app.app_context(), clock.at(MONDAY):
        clinic = found("rush", "America/Chicago")
        with clinic.at_work():
            practices = [_practice(clinic, seats, weeks) for seats in SEATS]
            people = [a_patient().id for _ in range(patients)]
            starts = _starts(practices)
        account = clinic.slug, clinic.desk.email
        token = sign_in(*account, clinic.desk.password, bucket=throttling.account(*account))
        session.commit()
    return Stage(database, app, folder, clinic, token, starts, people)


def _practice(clinic: Clinic, seats: int, weeks: int) -> Practice:
    practice = a_practice(clinic.facility_id)
    last = MONDAY.date() + timedelta(days=7 * weeks - 3)
    for weekday in range(1, 6):
        hours(practice, weekday, "08:00", "18:00", capacity=seats, valid_to=last)
    return practice


def _starts(practices: list[Practice]) -> list[Start]:
    """The doctors in turns."""
    of = {practice.doctor.id: practice for practice in practices}
    slot = AvailabilitySlot
    rows = session.execute(
        select(slot.id, slot.start_at, slot.capacity, slot.doctor_id)
        .where(slot.start_at > MONDAY, slot.status == "open")
        .order_by(slot.start_at, slot.doctor_id)
    )
    return [Start(row.id, row.start_at, row.capacity, of[row.doctor_id]) for row in rows]


class Answer(NamedTuple):
    """What the browser got; no status when the connection broke."""

    status: int | None
    visit_id: int | None
    seconds: float


class Desk(Client):
    """A browser at the front desk, with the day board open."""

    def book(self, stage: Stage, start: Start, patient_id: int, key: object = None) -> Answer:
        """Press "Book"."""
        facility_id = stage.clinic.facility_id
        typed = {
            "facility_id": facility_id, "service_id": start.practice.service.id,
            "doctor_id": start.practice.doctor.id, "patient_id": patient_id,
            "availability_slot_id": start.slot_id, "booking_key": key or uuid4(),
        }  # fmt: skip
        board = f"{facility_id}/{start.start_at.date()}/"
        began = time.perf_counter()
        try:
            status, _html, headers = self.exchange(
                "POST", BOOK, typed, HX_Request="true", X_Board=board
            )
        except (OSError, HTTPException):
            return Answer(None, None, time.perf_counter() - began)
        booked = BOOKED.search(headers.get("HX-Trigger", ""))
        took = time.perf_counter() - began
        return Answer(status, int(booked[1]) if booked else None, took)
