"""The production server: one process loads the application, the workers are forked from it."""

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# Where the workers put their counts, for any of them to add up; gone with the server.
counts = tempfile.mkdtemp(prefix="portal-metrics-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", (os.cpu_count() or 1) + 1))
# Making a page keeps a core busy, so each worker makes one at a time; it waits for no client
# (docs/adr/0019).
worker_class = "portal.web.worker.Worker"
preload_app = True
timeout = 60
graceful_timeout = 10
control_socket_disable = True
# What a client does not take at once is kept for it, files too.
sendfile = False
loglevel = "warning"
# Whom to believe about the client is the portal's to say (PORTAL_PROXIES).
secure_scheme_headers: dict[str, str] = {}
# No header says below which address the portal is mounted, or which page is meant.
forwarder_headers = ""
if Path("/dev/shm").is_dir():  # noqa: S108 - heartbeat files, away from a disk that may stall
    worker_tmp_dir = "/dev/shm"  # noqa: S108


def when_ready(_server: Any) -> None:
    """Read every language once, before there are workers, of whom one never hashes passwords."""
    from portal.auth import passwords
    from portal.web import languages
    from wsgi import app

    passwords.places.number = max(1, workers - 1)
    languages.load(app)


def pre_fork(_server: Any, _worker: Any) -> None:
    """What is loaded stays: keep the collector from touching, and so copying, shared pages."""
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """A worker makes connections of its own; the parent's are not its to use or to close."""
    from portal.db import db
    from wsgi import app

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def child_exit(_server: Any, worker: Any) -> None:
    """What an ended worker had open is no longer counted as such."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(counts, ignore_errors=True)
