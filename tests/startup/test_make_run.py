import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest

from portal import serve
from portal.config import ROOT
from portal.embedded import EmbeddedServer
from tests.support.make_run import Run
from tests.support.serving import free_port


@pytest.fixture(scope="module")
def folder(instances: Path) -> Path:
    """An instance folder whose database is migrated and has a clinic: no demo is loaded."""
    made = instances / "run"
    flask(made, "db", "upgrade")
    owner = ("--timezone", "Europe/London", "--owner", "owner@alder.example")
    flask(made, "tenants", "create", "alder", "Alder", *owner)
    return made


def flask(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    environ = {**os.environ, "PORTAL_INSTANCE": str(folder)}
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)


def test_it_starts_and_stops_whole(folder: Path) -> None:
    with Run(folder, free_port()) as run:
        assert f"The portal is at {run.address}" in run.said("Ctrl-C stops everything")
        with urlopen(f"{run.address}/readyz") as ready:
            assert ready.status == 200
        assert run.end(signal.SIGINT) == []
    assert run.process.returncode == 0
    assert not EmbeddedServer(folder / "pg").is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_killed_it_leaves_no_server_behind_and_starts_again(folder: Path) -> None:
    port = free_port()
    with Run(folder, port) as run:
        run.said("Ctrl-C stops everything")
        assert run.end(signal.SIGKILL) == []
    with Run(folder, port) as again:
        again.said("Ctrl-C stops everything")
        assert again.end(signal.SIGTERM) == []


def test_a_taken_port_is_one_line(folder: Path) -> None:
    port = free_port()
    with Run(folder, port) as run:
        run.said("Ctrl-C stops everything")
        with Run(folder, port) as other:
            other.said("is in use. Choose another")
            assert other.process.wait(30) == 1


def test_a_killed_database_comes_back_by_itself(folder: Path) -> None:
    """Whoever asks meanwhile is told to come again; the first who asks after is answered."""
    with Run(folder, free_port()) as run:
        run.said("Ctrl-C stops everything")
        for _ in range(2):
            assert status(f"{run.address}/sign-in") == 200
            kill_the_database(folder)
            assert status(f"{run.address}/sign-in") in {200, 503}
            run.said("The database had ended and is running again.")
            assert status(f"{run.address}/sign-in") == 200
        assert run.end(signal.SIGINT) == []


def test_a_part_that_ended_with_the_database_is_started_again(folder: Path) -> None:
    """One that was just starting cannot wait for it: it had ended, and the whole with it."""
    with Run(folder, free_port()) as run:
        run.said("Ctrl-C stops everything")
        kill_the_database(folder)
        run.said("The database had ended and is running again.")
        # It may have been starting when the database was killed: then it has ended by itself.
        if worker := the_worker(run):
            with suppress(psutil.NoSuchProcess):
                worker.kill()
        # Asked to end at the very moment, it does not leave what it is starting behind.
        run.said("The worker had ended and is started again.")
        assert run.end(signal.SIGINT) == []
    assert run.process.returncode == 0


@pytest.mark.parametrize(
    ("part", "database"),
    [
        ("web server", {"DATABASE_URL"}),
        ("worker", {"DATABASE_URL", "DATABASE_WORKER_URL"}),
        ("migration", {"DATABASE_URL", "DATABASE_OWNER_URL"}),
    ],
)
def test_each_part_is_told_only_its_own_database(part: str, database: set[str]) -> None:
    """Whoever reads the web server's environment is no more than the web server."""
    every = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WORKER_URL")
    told = serve._told(part, {"PORT": "8000", **dict.fromkeys(every, "postgresql://")})
    assert {name for name in told if name.startswith("DATABASE_")} == database
    assert told["PORT"] == "8000"


def kill_the_database(folder: Path) -> None:
    told = (folder / "pg" / "data" / "postmaster.pid").read_text()
    server = psutil.Process(int(told.split("\n", 1)[0]))
    server.kill()
    server.wait(10)


def the_worker(run: Run) -> psutil.Process | None:
    """The process of the background jobs, if there is one now."""
    for part in psutil.Process(run.process.pid).children():
        with suppress(psutil.NoSuchProcess):
            if "worker" in part.cmdline():
                return part
    return None


def status(address: str) -> int:
    """What an address answers; one that is away says when to come again."""
    try:
        answer = urlopen(address)
    except HTTPError as error:
        answer = error
    with answer:
        assert answer.status != 503 or answer.headers["Retry-After"]
        return answer.status
