"""Exports of the log, and makers that do as a test wants."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from portal.db import session
from portal.exchange.exports import jobs as worker
from portal.exchange.exports.commands.asking import ask_export
from portal.registry.lists import ExportBatch, ExportSource
from portal.schema.exports import Export
from tests.support.people import Clinic, Person
from tests.support.scheduling import acting_as

ROWS = 3


@pytest.fixture
def ask(alder: Clinic) -> Callable[..., int]:
    """Have somebody ask for an export; its id."""

    def asked(by: Person | None = None, format_: str = "csv") -> int:
        with alder.at_work(), acting_as(by or alder.auditor):
            return ask_export("activity", format_, {"locale": "en"}, key=uuid4()).id

    return asked


@pytest.fixture
def counting(monkeypatch) -> list[str | None]:
    """A maker of three parts of three rows each; the places it was asked to go on from."""
    asked: list[str | None] = []

    def batch(_asked, after):
        asked.append(after)
        number = int(after or 0)
        rows = [[f"row {number * ROWS + each}", each, None] for each in range(ROWS)]
        return ExportBatch(rows, str(number + 1) if number < 2 else None)

    maker = ExportSource(lambda _asked: ["Text", "Number", "Nothing"], batch)
    monkeypatch.setattr(worker, "sources", lambda: {"activity": maker})
    return asked


def state(clinic: Clinic, export_id: int) -> Export:
    """The export as it stands."""
    with clinic.at_work():
        session.expire_all()
        return session.get_one(Export, (clinic.id, export_id))
