"""Clients who book by the command, all at once: a process of them, told what to do line by line.

`python -m tests.contention.crowd CLIENTS TOKEN` in the environment of a server. A line in is a
list of attempts for each client, a line out what came of each: see `Booked`.
"""

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import local
from typing import Any, NamedTuple
from uuid import UUID

from portal.appointments.commands.booking import BookingDetails, book_appointment
from portal.auth.rules import hash_of
from portal.db import session
from portal.errors import DomainError
from portal.tenancy.context import enter_session


class Attempt(NamedTuple):
    """Somebody wants a start; `start_at` is an instant in ISO 8601."""

    patient_id: int
    offering_id: int
    start_at: str
    key: str


class Outcome(NamedTuple):
    """The visit, or in words why there is none (a class of refusal, else an error)."""

    visit_id: int | None
    refusal: str | None
    seconds: float


def main(clients: int, token: str) -> None:
    """Answer until there is nothing more to do."""
    from wsgi import app

    there = local()

    def arrive() -> None:
        there.context = app.app_context()
        there.context.push()

    def take_turns(attempts: list[Any]) -> list[Outcome]:
        return [_outcome(Attempt(*each), hash_of(token)) for each in attempts]

    with ThreadPoolExecutor(clients, initializer=arrive) as pool:
        for line in sys.stdin:
            print(json.dumps(list(pool.map(take_turns, json.loads(line)))), flush=True)


def _outcome(attempt: Attempt, token_hash: bytes) -> Outcome:
    began = time.perf_counter()
    visit_id, refusal = None, None
    try:
        visit_id = _book(attempt, token_hash)
    except DomainError as refused:
        refusal = type(refused).__name__
    except Exception as error:  # the crowd goes on; whoever sent it judges
        refusal = f"error: {error}"
    session.rollback()
    return Outcome(visit_id, refusal, time.perf_counter() - began)


def _book(attempt: Attempt, token_hash: bytes) -> int:
    """What a request does: enter, the command, commit."""
    assert enter_session(token_hash) is not None, "the session ended"
    visit = book_appointment(
        BookingDetails(
            attempt.patient_id,
            attempt.offering_id,
            start_at=datetime.fromisoformat(attempt.start_at),
            booking_key=UUID(attempt.key),
        )
    )
    session.commit()
    return visit.id


def outcomes(line: str) -> Iterator[Outcome]:
    """What one line out says, all clients together."""
    for client in json.loads(line):
        for each in client:
            yield Outcome(*each)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
