"""Many clients want each start at once: as many as it has seats get it, the rest are told.

At full size (`--full`): fifty clients, 100,000 attempts by the command over 500 starts,
10,000 through HTTP over 200. For every change ten clients, for starts of five seats at most.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from portal.config import ROOT
from tests.contention.crowd import Attempt, Outcome, outcomes
from tests.contention.figures import counted, tell, times
from tests.contention.stage import Answer, Desk, Stage, Start, set_up
from tests.support.serving import serving
from tests.support.sizes import patient, sized

# As many clients a process as its pool keeps connections for.
EACH = 5
CLIENTS = sized(20, 50, ci=10)
PROCESSES = CLIENTS // EACH
TOLD = {"SlotTaken", "TimeTaken", "PatientBusy"}
DICE = random.Random(5)


@pytest.fixture
def stage(own_database, tmp_path: Path) -> Stage:
    return set_up(own_database, tmp_path)


class Crowd(NamedTuple):
    """The clients, a few to a process, each with a connection of its own."""

    processes: list[subprocess.Popen[str]]

    def want(self, attempts: list[list[Attempt]]) -> list[Outcome]:
        """Every client tries what is its list, one after the other; all clients at once."""
        for n, process in enumerate(self.processes):
            print(json.dumps(attempts[n::PROCESSES]), file=process.stdin, flush=True)
        return [each for process in self.processes for each in outcomes(process.stdout.readline())]


@contextmanager
def a_crowd(stage: Stage) -> Iterator[Crowd]:
    """It goes home when it is told nothing more."""
    command = [sys.executable, "-m", "tests.contention.crowd", str(EACH), stage.token]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        crowd = Crowd([
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, env=stage.environment(), **pipes)
            )
            for _ in range(PROCESSES)
        ])  # fmt: skip
        crowd.want([[]] * CLIENTS)
        yield crowd


def attempt(stage: Stage, start: Start, patient_id: int, key: object = None) -> Attempt:
    offering_id = start.practice.offering.id
    return Attempt(patient_id, offering_id, start.start_at.isoformat(), str(key or uuid4()))


@patient()
def test_by_the_command_as_many_are_booked_as_there_are_seats(stage, capsys):
    starts, tries = stage.starts[: sized(5, 500, ci=4)], sized(3, 4)
    came: list[Outcome] = []
    with a_crowd(stage) as crowd:
        began = time.perf_counter()
        for start in starts:
            people = iter(DICE.choices(stage.patient_ids, k=CLIENTS * tries))
            wave = [[attempt(stage, start, next(people)) for _ in range(tries)]
                    for _ in range(CLIENTS)]  # fmt: skip
            came += crowd.want(wave)
        took = time.perf_counter() - began
    assert len(came) == len(starts) * CLIENTS * tries
    booked = [each.visit_id for each in came if each.visit_id]
    assert len(set(booked)) == len(booked) == sum(start.seats for start in starts)
    assert {each.refusal for each in came if not each.visit_id} <= TOLD
    check_seats(stage, starts)
    tell(capsys, "by the command", attempts=len(came), booked=len(booked),
         attempts_a_second=round(len(came) / took), came=counted(e.refusal for e in came),
         **times(each.seconds for each in came))  # fmt: skip


@patient()
def test_through_http_as_many_are_booked_as_there_are_seats(stage, own_database, tmp_path, capsys):
    starts = stage.starts[: sized(5, 200, ci=4)]
    came: list[Answer] = []
    environ = stage.environment() | {"WEB_CONCURRENCY": "3"}
    with serving(own_database, tmp_path, **environ) as server, ThreadPoolExecutor(CLIENTS) as pool:
        desk = Desk(server.address).sign_in(stage.clinic.desk)
        began = time.perf_counter()
        for start in starts:
            # More than the seats even without those who have another visit at that time.
            most = min(len(stage.patient_ids), 3 * CLIENTS)
            people = DICE.sample(stage.patient_ids, most)
            came += pool.map(desk.book, repeat(stage), repeat(start), people)
        took = time.perf_counter() - began
    assert {each.status for each in came} == {200, 409}
    booked = [each.visit_id for each in came if each.status == 200]
    assert len(set(booked)) == len(booked) == sum(start.seats for start in starts)
    check_seats(stage, starts)
    tried_again = server.log.read_text().count('"attempt": 1')
    tell(capsys, "through HTTP", attempts=len(came), booked=len(booked), tried_again=tried_again,
         attempts_a_second=round(len(came) / took), came=counted(e.status for e in came),
         **times(each.seconds for each in came))  # fmt: skip


@patient()
def test_one_key_from_twenty_books_once_for_all_twenty(stage, own_database, tmp_path):
    starts = stage.starts[: sized(5, 200, ci=4)]
    environ = stage.environment() | {"WEB_CONCURRENCY": "3"}
    with serving(own_database, tmp_path, **environ) as server, ThreadPoolExecutor(20) as pool:
        desk = Desk(server.address).sign_in(stage.clinic.desk)
        for start in starts:
            who, key = DICE.choice(stage.patient_ids), uuid4()
            answers = list(pool.map(desk.book, *map(repeat, (stage, start, who)), [key] * 20))
            refused = [each for each in answers if each.status == 409]
            if len(refused) == 20:  # somebody who has another visit then: nobody is shown one
                continue
            assert Counter(each.status for each in answers) == {200: 20}
            assert len({each.visit_id for each in answers}) == 1
    [[visits, keys]] = stage.seen("SELECT count(*), count(DISTINCT booking_key) FROM appointments")
    assert visits == keys >= len(starts) / 2
    assert stage.broken() == {}


def check_seats(stage: Stage, starts: list[Start]) -> None:
    """Every seat is somebody's, no seat is two people's, and every promise holds."""
    assert stage.seats_taken() == {start.slot_id: start.seats for start in starts}
    assert stage.broken() == {}
