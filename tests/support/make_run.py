"""`make run` as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import psutil

from portal.config import ROOT

SECONDS_TO_END = 60


class Run:
    """`make run`, in an instance folder; it is over when the test is, and what it said is shown.

    Args:
        folder: the instance folder.
        port: where to serve.
        program: what Python is told to run.
    """

    def __init__(
        self, folder: Path, port: int, program: Sequence[str] = ("-m", "portal.serve")
    ) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-u", *program],
            cwd=ROOT,
            env={**os.environ, "PORTAL_INSTANCE": str(folder), "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        assert self.process.stdout
        if not self.process.stdout.closed:
            self.process.terminate()
            print(self.process.communicate(timeout=SECONDS_TO_END)[0])

    def said(self, words: str) -> str:
        """The output up to these words."""
        assert self.process.stdout
        seen = ""
        while words not in seen:
            line = self.process.stdout.readline()
            assert line, f"never said {words!r}: {seen}"
            seen += line
        print(seen)
        return seen

    def end(self, number: signal.Signals) -> list[psutil.Process]:
        """Send a signal; which of the server's processes outlive it."""
        parts = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        print(self.process.communicate(timeout=SECONDS_TO_END)[0])
        return psutil.wait_procs(parts, timeout=SECONDS_TO_END)[1]
