"""Workers and PostgreSQL are killed while staff book: what was said stands, the rest is untouched.

At full size (`--full`) a worker is killed a hundred times, a backend of the database two hundred
times and its postmaster twenty times. Nobody brings anything back: `make run` does.
"""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from portal.embedded import EmbeddedServer
from portal.embedded.server import DATABASE
from tests.contention.figures import tell
from tests.contention.load import Load, under_load
from tests.contention.stage import Stage, set_up
from tests.support.databases import Database, migrate
from tests.support.serving import made_to_run, serving
from tests.support.sizes import patient, sized

DICE = random.Random(11)
SECONDS_TO_RECOVER = 60


@pytest.fixture
def stage(tmp_path: Path, instances: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """On the server that `make run` would make, since that is killed."""
    server = EmbeddedServer(instances / request.node.name / "pg")
    server.start()
    database = Database(server, DATABASE)
    migrate(database.app())
    yield set_up(database, tmp_path, weeks=sized(1, 8), instance=server.folder.parent)
    database.close()


@patient()
def test_killing_workers_loses_nothing(stage, capsys):
    kills = sized(5, 100, ci=3)
    environ = stage.environment() | {"WEB_CONCURRENCY": "3"}
    with serving(stage.database, stage.folder, **environ) as server:
        arbiter = psutil.Process(server.process.pid)
        with under_load(stage, server.address) as load:
            for _ in range(kills):
                booked_on(load)
                DICE.choice(arbiter.children()).kill()
    load.check()
    check_audit_log(stage)
    say(capsys, "workers killed", kills, load)


@patient()
def test_killing_the_database_loses_nothing(stage, capsys):
    doomed = ["a backend"] * sized(2, 200) + ["the postmaster", "all"] * sized(1, 10)
    DICE.shuffle(doomed)
    with made_to_run(stage.database, stage.folder, **stage.environment()) as server:
        with under_load(stage, server.address) as load:
            for what in doomed:
                booked_on(load)
                kill(stage.database.server, what)
            booked_on(load)
        assert server.process.poll() is None
    stage.database.server.start()
    load.check()
    check_audit_log(stage)
    say(capsys, "PostgreSQL killed", len(doomed), load)


def booked_on(load: Load) -> None:
    """Wait until the clients are answered again, and a moment that nobody chose."""
    before = len(load.told) + load.refused
    deadline = time.monotonic() + SECONDS_TO_RECOVER
    while len(load.told) + load.refused < before + 5:
        assert time.monotonic() < deadline, "nobody is answered any more"
        time.sleep(0.02)
    time.sleep(DICE.uniform(0, 0.3))


def kill(server: EmbeddedServer, what: str) -> None:
    """End processes of that server at once."""
    pid = int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])
    postmaster = psutil.Process(pid)
    children = postmaster.children()
    if what == "a backend":
        doomed = [DICE.choice([child for child in children if "portal_app" in child.cmdline()[0]])]
    else:
        doomed = [postmaster] if what == "the postmaster" else [postmaster, *children]
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(doomed, timeout=10)


def check_audit_log(stage: Stage) -> None:
    """Sealed now, it is whole; an entry is there for each visit (a promise that was checked)."""
    cli = stage.app.test_cli_runner()
    for command in ("seal", "verify"):
        done = cli.invoke(args=["audit", command])
        assert done.exit_code == 0, done.output


def say(capsys: pytest.CaptureFixture[str], what: str, kills: int, load: Load) -> None:
    tell(
        capsys,
        what,
        times=kills,
        booked=len(load.told),
        refused=load.refused,
        answers_that_never_came=load.unknown,
        booked_without_being_told=len(load.found),
        longest_without_an_answer=f"{load.gap:.1f} s",
    )
