"""Clients who never stop booking, and who remember what they were told."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event, Lock
from uuid import UUID, uuid4

import psycopg

from tests.contention.stage import Answer, Desk, Stage, Start

CLIENTS = 12
BOOKED, REFUSED = 200, 409
BOOKED_BY = "SELECT id FROM appointments WHERE booking_key = %s"


@dataclass
class Load:
    """What came of it so far.

    Attributes:
        told: the visit that each key was said to have booked.
        refused: how many were told that there is no seat.
        statuses: how often each status was answered; None is a connection that broke.
        unknown: how many answers never came, or said that something was wrong.
        found: the visits that were there although nobody had been told, by key.
        gap: the longest time without an answer, in seconds.
    """

    stage: Stage
    desk: Desk
    jobs: Iterator[tuple[Start, int]]
    told: dict[UUID, int] = field(default_factory=dict)
    asked: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    refused: int = 0
    statuses: Counter[int | None] = field(default_factory=Counter)
    unknown: int = 0
    found: dict[UUID, int] = field(default_factory=dict)
    gap: float = 0
    answered_at: float | None = None
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def book_on(self) -> None:
        """Until it is over; what was begun is brought to an answer even then."""
        while not self.over.is_set():
            with self.lock:
                start, patient_id = next(self.jobs)
            self._until_answered(start, patient_id, uuid4())

    def _until_answered(self, start: Start, patient_id: int, key: UUID) -> None:
        self.asked[key] = start.slot_id, patient_id
        answer = self._ask(start, patient_id, key)
        while answer.status not in (BOOKED, REFUSED):
            with self.lock:
                self.unknown += 1
            self._look(key)
            self.over.wait(0.1)
            answer = self._ask(start, patient_id, key)
        self._remember(key, answer)

    def _ask(self, start: Start, patient_id: int, key: UUID) -> Answer:
        answer = self.desk.book(self.stage, start, patient_id, key)
        with self.lock:
            self.statuses[answer.status] += 1
        return answer

    def _look(self, key: UUID) -> None:
        """Whether the visit is there already: asking again has to show that one."""
        with suppress(psycopg.OperationalError):
            for (visit_id,) in self.stage.seen(BOOKED_BY, key):
                self.found[key] = visit_id

    def _remember(self, key: UUID, answer: Answer) -> None:
        with self.lock:
            now = time.monotonic()
            self.gap = max(self.gap, now - (self.answered_at or now))
            self.answered_at = now
        if answer.status == REFUSED:
            with self.lock:
                self.refused += 1
        else:
            assert answer.visit_id, "a booking that names no visit"
            self.told[key] = answer.visit_id

    def check(self) -> None:
        """What was said is there, as it was asked for, and nothing else; every promise holds."""
        there = self.stage.seen(
            "SELECT booking_key, id, availability_slot_id, patient_id FROM appointments"
        )
        assert {key: visit_id for key, visit_id, *_rest in there} == self.told
        assert all(self.asked[key] == tuple(asked) for key, _id, *asked in there)
        assert self.found.items() <= self.told.items()
        assert self.stage.broken() == {}


@contextmanager
def under_load(stage: Stage, address: str) -> Iterator[Load]:
    """Clients book as fast as they can while the block runs."""
    desk = Desk(address).sign_in(stage.clinic.desk)
    load = Load(stage, desk, _jobs(stage))
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients: list[Future[None]] = [pool.submit(load.book_on) for _ in range(CLIENTS)]
        try:
            yield load
        finally:
            load.over.set()
    for client in clients:
        client.result()


def _jobs(stage: Stage) -> Iterator[tuple[Start, int]]:
    """Every seat once, in any order, no patient in two places; then the same again."""
    jobs = []
    times: dict[object, Iterator[int]] = {}
    for start in stage.starts:
        people = times.setdefault(start.start_at, iter(stage.patient_ids))
        jobs += [(start, next(people)) for _ in range(start.seats)]
    random.Random(7).shuffle(jobs)
    return cycle(jobs)
