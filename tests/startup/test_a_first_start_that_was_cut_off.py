"""`make run` is killed at any moment of its first start: the next one brings it to its end."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from portal.embedded import EmbeddedServer
from tests.support.make_run import Run
from tests.support.serving import free_port
from tests.support.sizes import patient, sized

# With few people, so that it takes seconds.
PROGRAM = """
from portal import serve
serve.COMMANDS["demo"] += " --patients 30 --days 0"
serve.main()
"""
READY = "Ctrl-C stops everything"
DEMO = {"lakeside", "northgate"}
CLINICS = """
    SELECT slug, (SELECT count(*) FROM patients p WHERE p.tenant_id = t.id) FROM tenants t
"""
DICE = random.Random(3)
SECONDS = 25


def start(folder: Path) -> Run:
    return Run(folder, free_port(), ("-c", PROGRAM))


def seen(what: str) -> Callable[[Run, Path], object]:
    return lambda run, _folder: run.said(what)


def passwords_made(_run: Run, folder: Path) -> None:
    while not (folder / "pg" / "passwords.json").exists():
        time.sleep(0.01)


def server_up(_run: Run, folder: Path) -> None:
    while not (folder / "pg" / "data" / "postmaster.pid").exists():
        time.sleep(0.01)


EVERY = (
    passwords_made, server_up, seen("Migrating the database"), seen("lakeside: founded"),
    seen("northgate: founded"),
)  # fmt: skip
SOME = (server_up, seen("lakeside: founded"))
# The moment at which most is half done.
ONE = SOME[1:]


@patient()
def test_the_next_one_brings_it_to_its_end(instances: Path) -> None:
    """Each is killed further on than the one before."""
    folder = instances / "cut-off"
    for moment in sized(SOME, EVERY, ci=ONE):
        with start(folder) as run:
            moment(run, folder)
            run.end(signal.SIGKILL)
    with start(folder) as run:
        assert "The first start was cut off; beginning again" in run.said(READY)
        check(run, folder)


@patient()
@pytest.mark.skipif(sized(True, False), reason="asked for with --full")
def test_it_may_be_any_moment(instances: Path) -> None:
    for n in range(20):
        folder = instances / f"cut-off-{n}"
        for _ in range(2):
            with start(folder) as run:
                time.sleep(DICE.uniform(0, SECONDS))
                run.end(signal.SIGKILL)
        with start(folder) as run:
            run.said(READY)
            check(run, folder)
        shutil.rmtree(folder)


def check(run: Run, folder: Path) -> None:
    """Both clinics are there with their patients, and they live on their own clock."""
    with urlopen(f"{run.address}/readyz") as ready:
        assert ready.status == 200
    with psycopg.connect(EmbeddedServer(folder / "pg").url("admin")) as admin:
        patients = dict(admin.execute(CLINICS).fetchall())
    assert patients.keys() == DEMO
    assert sum(patients.values()) == 30
    assert (folder / "demo-clock.json").exists()
    assert run.end(signal.SIGINT) == []
