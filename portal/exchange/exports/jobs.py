"""The worker's part in exports: making what was asked for, forgetting what is a day old."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from portal.db import session
from portal.exchange.exports.commands.making import (
    claim,
    expire,
    process_batch,
    record_failure,
    release,
)
from portal.registry.area import areas
from portal.registry.lists import ExportSource
from portal.tenancy.clinics import for_each_clinic
from portal.tenancy.context import as_job
from portal.web.logs import log_failure

JOB = "exports"
# The worker has other things to do, first of all to seal the log.
SECONDS_AT_ONCE = 10


@dataclass
class _Turn:
    """The last clinic for which there was time: the next look begins after it."""

    last: int = 0


_turn = _Turn()


def sources() -> Mapping[str, ExportSource]:
    """How each kind of export is made."""
    return {kind: each.source for kind, each in areas().exports.items()}


def make_exports() -> None:
    """Make the exports that staff asked for, clinic by clinic, for some seconds."""
    ends = time.monotonic() + SECONDS_AT_ONCE

    def work(tenant_id: int) -> None:
        if time.monotonic() < ends:
            _turn.last = tenant_id
        work_off(tenant_id, ends=ends)

    for_each_clinic(work, after=_turn.last)


def work_off(tenant_id: int, *, ends: float = inf) -> None:
    """Make a clinic's exports until a moment of `time.monotonic`; the next look goes on."""
    with as_job(tenant_id, JOB):
        expire()
    while time.monotonic() < ends:
        with as_job(tenant_id, JOB):
            export_id = claim()
        if export_id is None:
            break
        _make(tenant_id, export_id, ends)


def _make(tenant_id: int, export_id: int, ends: float) -> None:
    """Parts of one export, a transaction each, as long as there is time."""
    try:
        more = True
        while more and time.monotonic() < ends:
            with as_job(tenant_id, JOB):
                more = process_batch(export_id, sources())
        with as_job(tenant_id, JOB):
            release(export_id)
    except Exception as error:
        session.rollback()
        log_failure(error, job=JOB)
        with as_job(tenant_id, JOB):
            record_failure(export_id)
