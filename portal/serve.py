"""`make run`: the database, the demo, the web server and the worker, until Ctrl-C."""

import ctypes
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg
from sqlalchemy import create_engine

from portal import demo_clock
from portal.config import ROOT, Config, configured, driver_url
from portal.embedded import begun_again, restarted, to_the_end
from portal.startup import current_revisions, newest_revisions

COMMANDS = {
    "web server": "gunicorn -c gunicorn.conf.py wsgi:app",
    "worker": "flask --app wsgi worker",
    "migration": "flask --app wsgi db upgrade",
    "demo": "flask --app wsgi demo load",
    "demo day": "flask --app wsgi demo day",
}
SECONDS_TO_BE_READY = 60
SECONDS_TO_STOP = 15
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

# What each part works as. None is told more: who reads its environment is then no more than it.
DATABASES = {
    "web server": {"DATABASE_URL"},
    "worker": {"DATABASE_URL", "DATABASE_WORKER_URL"},
    "migration": {"DATABASE_URL", "DATABASE_OWNER_URL"},
}

Children = dict[str, subprocess.Popen[bytes]]

WELCOME = """
  The portal is at {address}

    clinic      lakeside                    northgate
    e-mail      desk@lakeside.example       desk@northgate.example
    password    lakeside-demo-2026          northgate-demo-2026

  or owner@, admin@, clinician@, auditor@. Everyone in these clinics is invented.
  Ctrl-C stops everything.
"""


class Stop(Exception):
    """Somebody asked us to end."""


def main() -> None:
    """Serve until told to stop; what was started is stopped, whatever happens."""
    for number in SIGNALS:
        signal.signal(number, _stop)
    port = int(os.environ.get("PORT") or 8000)
    children: Children = {}
    try:
        _refuse_taken(port)
        config = configured()
        environ = _environ(config, port)
        _prepare(config, environ, children)
        for name in ("web server", "worker"):
            _start(name, environ, children)
        _wait_until_ready(port, children)
        print(WELCOME.format(address=f"http://127.0.0.1:{port}"), flush=True)
        _wait_for_end(environ, children)
    except Stop:
        print("\nStopping ...", flush=True)
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(children)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"portal: port {port} is in use. Choose another: make run PORT=8001")


def _environ(config: Config, port: int) -> dict[str, str]:
    """The children's environment: they find the database that we hold open."""
    urls = {
        "DATABASE_URL": config.database_url,
        "DATABASE_OWNER_URL": config.owner_url,
        "DATABASE_WORKER_URL": config.worker_url,
    }
    return {**os.environ, **{name: url for name, url in urls.items() if url}, "PORT": str(port)}


def _prepare(config: Config, environ: Mapping[str, str], children: Children) -> None:
    """Migrate what is behind; fill what is empty, but never a production database."""
    if begun_again():
        print("The first start was cut off; beginning again ...", flush=True)
    if _revisions(config) != newest_revisions():
        print("Migrating the database ...", flush=True)
        _run("migration", environ, children)
    if not config.production and config.worker_url and not _has_tenants(config.worker_url):
        print("Loading the demo clinics ...", flush=True)
        with to_the_end():
            _run("demo", environ, children)
    if demo_clock.is_kept_in(config.instance):
        _run("demo day", environ, children)


def _revisions(config: Config) -> set[str]:
    engine = create_engine(driver_url(config.owner_url or config.database_url))
    with engine.connect() as connection:
        return current_revisions(connection)


def _has_tenants(worker_url: str) -> bool:
    with psycopg.connect(worker_url) as connection:
        return connection.execute("SELECT 1 FROM tenant_directory() LIMIT 1").fetchone() is not None


def _run(name: str, environ: Mapping[str, str], children: Children) -> None:
    """Run a command to its end; if it fails, so do we, after its own words."""
    _start(name, environ, children)
    if children[name].wait():
        sys.exit(f"portal: `{COMMANDS[name]}` failed")
    del children[name]


def _start(name: str, environ: Mapping[str, str], children: Children) -> None:
    """A child in a session of its own: Ctrl-C reaches us alone, and we stop it in good order."""
    # Raised while we fork, Stop would be lost, or a child that nobody knows of would be left.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        children[name] = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "-m", *COMMANDS[name].split()],
            cwd=ROOT,
            env=_told(name, environ),
            start_new_session=True,
            preexec_fn=_as_a_child,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _told(name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """A part's environment, with no other part's database in it."""
    every = {url for urls in DATABASES.values() for url in urls}
    withheld = every - DATABASES.get(name, every)
    return {key: value for key, value in environ.items() if key not in withheld}


def _as_a_child() -> None:
    """Heed signals, and ask Linux to stop the child when we are killed before we can."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(port: int, children: Children) -> None:
    deadline = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < deadline:
        _refuse_ended(children)
        with suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{port}/readyz"):
            return
        time.sleep(0.1)
    sys.exit(f"portal: the server was not ready in {SECONDS_TO_BE_READY} seconds")


def _wait_for_end(environ: Mapping[str, str], children: Children) -> None:
    """Watch the parts; a database that ended is started again, and answers wait for it."""
    up_at = time.monotonic()
    away_at = -math.inf
    while True:
        try:
            if restarted():
                print("The database had ended and is running again.", flush=True)
                away_at = time.monotonic()
            up_at = time.monotonic()
            if up_at - away_at < SECONDS_TO_BE_READY:
                _start_ended(environ, children)
            _refuse_ended(children)
        # It may be found in any state while it ends, what it left may take a moment to go, and it
        # may end again at once.
        except (RuntimeError, OSError, psutil.Error, psycopg.Error) as error:
            if time.monotonic() - up_at > SECONDS_TO_BE_READY:
                sys.exit(f"portal: {error}")
        time.sleep(0.5)


def _start_ended(environ: Mapping[str, str], children: Children) -> None:
    """A part that was just starting while the database was away could only end."""
    for name, child in list(children.items()):
        if child.poll() is not None:
            print(f"The {name} had ended and is started again.", flush=True)
            _start(name, environ, children)


def _refuse_ended(children: Children) -> None:
    """When one part ends by itself, the whole ends: half a portal helps nobody."""
    for name, child in children.items():
        if child.poll() is not None:
            sys.exit(f"portal: the {name} ended with {child.returncode}")


def _end(children: Children) -> None:
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child.kill()


if __name__ == "__main__":
    main()
