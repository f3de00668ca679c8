"""What the worker makes of what was asked: part by part, whatever stops it on the way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from portal import clock
from portal.app import registered
from portal.db import session
from portal.exchange.exports import jobs as worker
from portal.exchange.exports.commands import making
from portal.exchange.exports.commands.asking import ask_export, take_export
from portal.exchange.exports.commands.making import claim, process_batch, release
from portal.exchange.exports.rules import KEPT, MOST_ROWS
from portal.registry.lists import ExportBatch, ExportSource
from portal.schema.accounts import User
from portal.schema.exports import Export, ExportPart
from portal.tenancy.context import request_context
from tests.exchange.conftest import state
from tests.support.scheduling import acting_as

DAMAGE = "UPDATE export_parts SET content = set_byte(content, 30, get_byte(content, 30) # 1)"


def parts(clinic) -> list[int]:
    with clinic.at_work():
        return list(session.scalars(select(ExportPart.number).order_by(ExportPart.number)))


def content(clinic, export_id: int) -> str:
    with clinic.at_work():
        return take_export(session.get_one(Export, (clinic.id, export_id))).decode()


def test_parts_become_one_file_in_their_order(alder, ask, counting):
    export_id = ask()
    worker.work_off(alder.id)
    assert counting == [None, "1", "2"]
    assert state(alder, export_id).status == "ready"
    lines = content(alder, export_id).splitlines()
    assert lines[0] == "\ufeffText,Number,Nothing"
    assert [line.split(",")[0] for line in lines[1:]] == [f"row {number}" for number in range(9)]


def test_the_oldest_comes_first_and_all_are_made(alder, ask, counting):
    asked = [ask(), ask(alder.owner, "xlsx")]
    worker.work_off(alder.id)
    assert [state(alder, each).status for each in asked] == ["ready", "ready"]
    made = [entry.record_id for entry in alder.entries("export.made")]
    assert made == asked


def test_what_there_is_no_time_for_is_gone_on_with_at_the_next_look(
    alder, ask, counting, monkeypatch
):
    export_id = ask()
    with alder.at_work():
        assert claim() == export_id
        assert process_batch(export_id, worker.sources())
        release(export_id)
    assert (state(alder, export_id).status, state(alder, export_id).tries) == ("making", 0)
    assert parts(alder) == [1]
    worker.work_off(alder.id)
    assert counting == [None, "1", "2"]
    assert state(alder, export_id).rows == 9


def test_what_fails_again_and_again_is_given_up_and_others_are_made(alder, ask, monkeypatch):
    def broken(_asked, after):
        raise ValueError(after)

    maker = ExportSource(lambda _asked: [], broken)
    monkeypatch.setattr(worker, "sources", lambda: {"activity": maker})
    export_id = ask()
    worker.work_off(alder.id)
    assert (state(alder, export_id).status, state(alder, export_id).failure) == ("failed", "broken")
    [entry] = alder.entries("export.failed")
    assert (entry.outcome, entry.new_values["why"]) == ("failed", "broken")


def test_a_worker_that_ends_each_time_does_not_try_for_ever(alder, ask, counting):
    export_id = ask()
    for _ in range(making.MOST_TRIES):
        with alder.at_work():
            assert claim() == export_id  # and then the worker was killed
    with alder.at_work():
        assert claim() is None
    assert state(alder, export_id).failure == "broken"


def test_who_may_no_longer_export_gets_nothing(alder, ask, counting):
    export_id = ask()
    with alder.at_work():
        session.execute(update(User).where(User.id == alder.auditor.id).values(role="front_desk"))
    worker.work_off(alder.id)
    assert state(alder, export_id).failure == "not-allowed"
    assert counting == []


def test_more_rows_than_a_file_holds_are_refused_and_nothing_is_kept(
    alder, ask, counting, monkeypatch
):
    monkeypatch.setitem(MOST_ROWS, "csv", 5)
    export_id = ask()
    worker.work_off(alder.id)
    assert state(alder, export_id).failure == "too-many"
    assert parts(alder) == []


def test_a_kind_that_this_version_does_not_know_fails_with_a_reason(alder, ask, monkeypatch):
    export_id = ask()
    monkeypatch.setattr(worker, "sources", dict)
    worker.work_off(alder.id)
    assert state(alder, export_id).failure == "unknown-kind"


def test_rows_that_do_not_open_any_more_are_no_file(alder, ask, counting):
    export_id = ask()
    with alder.at_work():
        for _ in range(3):
            process_batch(export_id, worker.sources())
        session.execute(text(DAMAGE))
    worker.work_off(alder.id)
    assert state(alder, export_id).failure == "unreadable"


def test_a_file_is_forgotten_after_a_day(alder, ask, counting):
    export_id = ask()
    worker.work_off(alder.id)
    assert parts(alder) == [1]
    with clock.at(clock.now() + KEPT + timedelta(minutes=1)):
        worker.work_off(alder.id)
    assert state(alder, export_id).status == "expired"
    assert parts(alder) == []
    assert len(alder.entries("export.expired")) == 1


def test_a_clinic_whose_exports_have_no_end_lets_the_others_have_theirs(
    alder, birch, ask, monkeypatch
):
    """The kind: time that all have together, and the first takes it all, round after round."""

    def batch(_asked, _after):
        return ExportBatch([], "more" if request_context().tenant_id == alder.id else None)

    maker = ExportSource(lambda _asked: ["Text"], batch)
    monkeypatch.setattr(worker, "sources", lambda: {"activity": maker})
    monkeypatch.setattr(worker, "SECONDS_AT_ONCE", 0.5)
    endless = ask()
    with birch.at_work(), acting_as(birch.auditor):
        other = ask_export("activity", "csv", {"locale": "en"}, key=uuid4()).id
    for _ in range(4):
        worker.make_exports()
    assert (state(alder, endless).status, state(birch, other).status) == ("making", "ready")


def test_the_worker_has_it_among_its_jobs():
    assert "exports" in {job.name for job in registered().jobs}


def test_what_is_kept_is_sealed(alder, ask, monkeypatch):
    maker = ExportSource(
        lambda _asked: ["Name"], lambda _asked, _after: ExportBatch([["Zebedee" * 99]], None)
    )
    monkeypatch.setattr(worker, "sources", lambda: {"activity": maker})
    ask()
    worker.work_off(alder.id)
    with alder.at_work():
        kept = session.scalars(text("SELECT content FROM export_parts")).all()
        logged = session.scalars(
            text("SELECT new_values FROM user_action_audit_log WHERE table_name = 'export_parts'")
        ).all()
    assert kept
    assert not any(b"Zebedee" in bytes(each) for each in kept)
    assert {each["content"] for each in logged if each} == {"(hidden)"}


@pytest.mark.parametrize("size", [1, making.AT_ONCE])
def test_large_files_are_kept_in_pieces(alder, ask, monkeypatch, size):
    monkeypatch.setattr("portal.exchange.exports.commands.packing.PIECE", 40)
    rows = [[f"row {number}"] for number in range(size * 10)]
    maker = ExportSource(lambda _asked: ["Name"], lambda _asked, _after: ExportBatch(rows, None))
    monkeypatch.setattr(worker, "sources", lambda: {"activity": maker})
    export_id = ask()
    worker.work_off(alder.id)
    assert len(parts(alder)) > 1
    assert content(alder, export_id).split()[1:] == [word for [row] in rows for word in row.split()]
