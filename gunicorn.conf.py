"""The production server: one process loads the application, the workers are forked from it."""

import gc
import os
from pathlib import Path
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", (os.cpu_count() or 1) + 1))
# Making a page keeps a core busy: workers of one request each were steadier than threads.
worker_class = "sync"
preload_app = True
timeout = 60
graceful_timeout = 10
control_socket_disable = True
loglevel = "warning"
if Path("/dev/shm").is_dir():  # noqa: S108 - heartbeat files, away from a disk that may stall
    worker_tmp_dir = "/dev/shm"  # noqa: S108


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
