"""Twelve writers at once, some killed in the middle, while the sealer seals all the time.

A few seconds by default; `--load-seconds 60` for the whole minute.
"""

import os
import signal
import subprocess
import sys
import time

import pytest

from portal.audit import commands
from portal.config import ROOT

pytestmark = pytest.mark.database
WRITERS = 12

# Short and long transactions, commits and rollbacks, of one clinic or the other.
WRITER = """
import random, sys, time
import psycopg
url, seed, *tenants = sys.argv[1:]
chance = random.Random(int(seed))
with psycopg.connect(url) as connection:
    while True:
        connection.execute("SELECT enter_job(%s, 'writer')", [chance.choice(tenants)])
        for number in range(chance.randint(1, 6)):
            connection.execute(
                "SELECT audit_note('doctors.look', 'doctors', %s, NULL, 'done', '', '{}', '{}')",
                [number])
            if chance.random() < 0.1:
                time.sleep(chance.random() / 2)
        connection.rollback() if chance.random() < 0.1 else connection.commit()
"""


@pytest.fixture
def seconds(request) -> int:
    return request.config.getoption("--load-seconds")


@pytest.mark.timeout(300)
def test_every_entry_is_sealed_once_whatever_the_writers_do(log, seconds):
    before = _written(log)
    writers = [_writer(log, seed) for seed in range(WRITERS)]
    sealed = 0
    try:
        _wait_for_entries(log, before + WRITERS)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            victim = sealed % WRITERS
            os.kill(writers[victim].pid, signal.SIGKILL)
            writers[victim].wait()
            writers[victim] = _writer(log, WRITERS + sealed)
            for _ in range(4):
                commands.seal(log.store)
                time.sleep(0.1)
            sealed += 1
            assert log.verify().holds
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    log.seal()
    report = log.verify()
    assert report.holds, report.wrong
    assert report.unsealed == 0
    assert report.entries == _written(log) > before + WRITERS


def _written(log) -> int:
    return len(log.ids("alder")) + len(log.ids("birch"))


def _wait_for_entries(log, number: int) -> None:
    """On a busy machine it takes a while until every writer writes."""
    deadline = time.monotonic() + 60
    while _written(log) <= number and time.monotonic() < deadline:
        time.sleep(0.1)


def _writer(log, seed: int) -> subprocess.Popen:
    arguments = [log.database.url("worker"), str(seed), *map(str, log.tenants.values())]
    return subprocess.Popen([sys.executable, "-c", WRITER, *arguments], cwd=ROOT)
