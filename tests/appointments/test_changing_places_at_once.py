"""Two visits are moved onto each other's start at once: somebody is refused, nobody meets an error.

Each move locks both starts; taken in the order of the moves, the two would wait for each other.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest

from portal import clock
from portal.cli.invariants import checks
from tests.support.people import found
from tests.support.requests import Client
from tests.support.scheduling import MONDAY, a_practice, book, hours
from tests.support.serving import served
from tests.support.sizes import sized

ROUNDS = sized(12, 300)
AT = {"A": "2026-03-02T10:00", "B": "2026-03-02T11:00", "C": "2026-03-02T14:00"}


@pytest.fixture
def stage(own_database):
    app = own_database.app()
    with app.app_context(), clock.at(MONDAY):
        clinic = found("race", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice, start="08:00", end="18:00")
            visits = [book(practice, at).id for at in ("10:00", "11:00")]
    return app, clinic, practice, visits


def test_nobody_meets_an_error(stage, own_database, tmp_path):
    app, clinic, practice, (one, other) = stage
    with served(own_database, tmp_path, PORTAL_NOW=MONDAY.isoformat()) as address:
        client = Client(address).sign_in(clinic.desk)

        def move(visit_id: int, to: str) -> int:
            typed = {"doctor_id": practice.doctor.id, "start_at": AT[to]}
            return client.ask("POST", f"/appointments/{visit_id}/move", typed)[0]

        turns = cycle([("B", "A"), ("C", "A"), ("B", "C"), ("A", "B")])
        answers: Counter[int] = Counter()
        with ThreadPoolExecutor(2) as pool:
            for _ in range(ROUNDS):
                answers.update(pool.map(move, (one, other), next(turns)))
    assert answers.keys() <= {303, 409}
    assert answers[303] > 0
    with app.app_context(), clinic.at_work():
        assert {name: lines for name, check in checks().items() if (lines := list(check()))} == {}
