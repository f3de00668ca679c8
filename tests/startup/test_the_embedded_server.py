import os
import shutil
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import pytest

from portal.config import ROOT
from portal.embedded import EmbeddedServer
from portal.embedded.account import give

USE = """
import sys
from pathlib import Path
from portal.embedded import ensure_running
print(ensure_running(Path(sys.argv[1])).url("app"), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the instance folder's server until it is told to leave."""

    def __init__(self, instance: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, str(instance)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture
def folder(instances: Path, request: pytest.FixtureRequest) -> Path:
    """A test's own instance folder."""
    made = instances / request.node.name
    made.mkdir()
    return made


def postmaster(folder: Path) -> int:
    return int((folder / "pg" / "data" / "postmaster.pid").read_text().split("\n")[0])


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_processes_share_it_and_the_last_one_stops_it(folder: Path) -> None:
    first, second = User(folder), User(folder)
    assert first.url == second.url
    first.leave()
    assert answers(second.url)
    second.leave()
    assert not answers(second.url)


def test_a_killed_user_leaves_it_to_the_next(folder: Path) -> None:
    killed = User(folder)
    killed.process.kill()
    killed.leave()
    assert answers(killed.url)
    following = User(folder)
    following.leave()
    assert not answers(following.url)


def test_a_killed_server_starts_again(folder: Path) -> None:
    first = User(folder)
    server = psutil.Process(postmaster(folder))
    os.kill(server.pid, signal.SIGKILL)
    server.wait(10)
    second = User(folder)
    assert answers(second.url)
    first.leave()
    second.leave()


def test_a_pid_file_that_names_a_stranger_does_not_stop_it(folder: Path) -> None:
    User(folder).leave()
    pid_file = folder / "pg" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folder / 'pg' / 'data'}\n")
    user = User(folder)
    assert answers(user.url)
    user.leave()


def test_its_log_holds_no_rows(folder: Path) -> None:
    user = User(folder)
    admin = EmbeddedServer(folder / "pg").url("admin")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text CHECK (name <> 'Zygmunt'))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO people VALUES ('Zygmunt')")
    user.leave()
    assert "Zygmunt" not in (folder / "pg" / "data" / "server.log").read_text()


def test_a_folder_that_moved_starts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    User(folder).leave()
    moved = folder.with_name("moved")
    folder.rename(moved)
    user = User(moved)
    assert answers(user.url)
    assert quoted(moved) in user.url
    user.leave()
    assert not EmbeddedServer(moved / "pg").is_running()


def test_a_copy_of_a_running_folder_starts_beside_it(folder: Path) -> None:
    """Its pid file names the original's server, which is not its own."""
    original = User(folder)
    copied = folder.with_name("copied")
    shutil.copytree(folder, copied, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    for path in (copied / "pg" / "data").rglob("*"):
        give(path)
    give(copied / "pg" / "data")
    copy = User(copied)
    assert answers(copy.url)
    assert answers(original.url)
    copy.leave()
    assert answers(original.url)
    original.leave()


def test_nobody_comes_into_its_other_databases(folder: Path) -> None:
    user = User(folder)
    for role, database in product(("app", "worker", "owner"), ("postgres", "template1")):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(EmbeddedServer(folder / "pg").url(role, database))
    user.leave()


def test_what_was_answered_is_on_the_disk(folder: Path) -> None:
    user = User(folder)
    with psycopg.connect(user.url) as connection:
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
    user.leave()


def test_no_statement_fills_the_disk_with_what_it_sorts(folder: Path) -> None:
    user = User(folder)
    with psycopg.connect(user.url) as connection:
        assert connection.execute("SHOW temp_file_limit").fetchone() == ("2GB",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET temp_file_limit = -1")
    user.leave()


def quoted(path: Path) -> str:
    return quote(str(path.resolve()), safe="")
