"""The page of exports: how each stands, its file, and who may take it."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from portal.auth.rules import hash_of
from portal.db import session
from portal.exchange.exports import jobs as worker
from portal.exchange.exports.commands import packing
from portal.exchange.exports.commands.asking import TooManyUnfinished, ask_export
from portal.facilities.commands import FacilityDetails, open_facility
from portal.tenancy.context import enter_session
from tests.exchange.conftest import state
from tests.support.client import HTMX
from tests.support.scheduling import acting_as


@pytest.fixture
def made(alder, ask, counting) -> int:
    export_id = ask()
    worker.work_off(alder.id)
    return export_id


def test_nothing_yet(browser, alder):
    browser.sign_in(alder.auditor)
    assert "Nothing was exported yet" in browser.get("/exchange/made/").text


def test_the_page_tells_how_an_export_stands_and_asks_for_news_until_it_is_made(
    browser, alder, ask, counting
):
    ask()
    browser.sign_in(alder.auditor)
    waits = browser.get("/exchange/made/").text
    assert "Waiting" in waits
    assert 'hx-trigger="every 5s"' in waits
    worker.work_off(alder.id)
    ready = browser.get("/exchange/made/").text
    assert "Download" in ready
    assert "every 5s" not in ready


def test_a_poll_is_quiet_until_something_changed(browser, alder, ask, counting):
    ask()
    browser.sign_in(alder.auditor)
    [_, rest] = browser.get("/exchange/made/").text.split("/exchange/made/changes?", 1)
    address = "/exchange/made/changes?" + rest.split('"')[0].replace("&amp;", "&")
    assert browser.get(address, headers=HTMX).status_code == 204
    worker.work_off(alder.id)
    assert "Download" in browser.get(address, headers=HTMX).text


def test_taking_it_again_is_another_entry(browser, alder, made):
    browser.sign_in(alder.auditor)
    for _ in range(2):
        assert browser.get(f"/exchange/made/{made}/file").text.startswith("\ufeffText,")
    assert len(alder.entries("export.taken")) == 2


def test_taking_asks_for_a_fresh_proof_and_comes_back(browser, alder, made):
    browser.sign_in(alder.auditor)
    with alder.at_work():
        session.execute(text("UPDATE user_sessions SET proven_at = now() - interval '6 minutes'"))
    refused = browser.get(f"/exchange/made/{made}/file")
    assert refused.location == f"/account/proof?next=/exchange/made/{made}/file"
    assert alder.entries("export.taken") == []


def test_what_is_not_made_or_forgotten_is_no_file(browser, alder, ask, counting, made):
    waiting = ask()
    browser.sign_in(alder.auditor)
    assert browser.get(f"/exchange/made/{waiting}/file").status_code == 409
    browser.send(f"/exchange/made/{made}/discarding")
    assert browser.get(f"/exchange/made/{made}/file").status_code == 409


def test_a_file_that_does_not_open_says_so(browser, alder, made):
    with alder.at_work():
        session.execute(text("UPDATE export_parts SET content = set_byte(content, 30,"
                             " get_byte(content, 30) # 1)"))  # fmt: skip
    browser.sign_in(alder.auditor)
    response = browser.get(f"/exchange/made/{made}/file")
    assert response.status_code == 422
    assert "cannot be opened any more" in response.text
    assert alder.entries("export.taken") == []


def test_discarding_leaves_nothing_of_it(browser, alder, made):
    browser.sign_in(alder.auditor)
    for _ in range(2):
        assert browser.send(f"/exchange/made/{made}/discarding").location == "/exchange/made/"
    assert state(alder, made).status == "discarded"
    assert len(alder.entries("export.discarded")) == 1
    with alder.at_work():
        assert session.scalar(text("SELECT count(*) FROM export_parts")) == 0


def test_who_is_limited_to_facilities_sees_their_own_alone(browser, alder, ask, counting, made):
    with alder.at_work():
        other = open_facility(FacilityDetails("North", "north", "America/Chicago")).id
    limited = alder.hire("una", "admin", facility_ids=(other,))
    browser.sign_in(limited)
    assert browser.get(f"/exchange/made/{made}/file").status_code == 404
    assert "Nothing was exported yet" in browser.get("/exchange/made/").text
    own = ask(limited)
    worker.work_off(alder.id)
    assert browser.get(f"/exchange/made/{own}/file").status_code == 200


def test_whoever_sees_every_facility_sees_who_asked(browser, alder, made):
    browser.sign_in(alder.owner)
    assert "Auditor" in browser.get("/exchange/made/").text
    assert browser.get(f"/exchange/made/{made}/file").status_code == 200


def test_one_form_is_one_export(alder):
    key = uuid4()
    with alder.at_work(), acting_as(alder.owner):
        first = ask_export("activity", "csv", {}, key=key)
        assert ask_export("activity", "csv", {}, key=key).id == first.id


def test_a_person_has_some_at_a_time(alder, ask):
    for _ in range(5):
        ask()
    with pytest.raises(TooManyUnfinished):
        ask()
    ask(alder.owner)


@pytest.mark.parametrize(
    "asked", ['{"address": 5}', '{"address": {"endpoint": "x", "_method": "x", "a b": "x"}}']
)
def test_what_a_row_says_is_neither_markup_nor_an_argument(browser, alder, ask, asked):
    """The kind: words of a column that are taken for the program's own."""
    export_id = ask()
    with alder.at_work():
        values = {"id": export_id, "asked": asked, "failure": "<b>%(x)s"}
        session.execute(
            text(
                "UPDATE exports SET status = 'failed', ended_at = now(), failure = :failure,"
                " asked = CAST(:asked AS jsonb) WHERE id = :id"
            ),
            values,
        )
    browser.sign_in(alder.auditor)
    shown = browser.get("/exchange/made/")
    assert shown.status_code == 200
    assert "<b>%" not in shown.text
    assert "It could not be made" in shown.text


def test_a_file_of_which_a_part_is_gone_is_refused_in_words(
    browser, alder, ask, counting, monkeypatch
):
    monkeypatch.setattr(packing, "PIECE", 16)
    export_id = ask()
    worker.work_off(alder.id)
    browser.sign_in(alder.auditor)
    last = "(SELECT max(number) FROM export_parts)"
    assert enter_session(hash_of(browser.get_cookie("portal").value)) is not None
    session.execute(text(f"DELETE FROM export_parts WHERE number = {last}"))
    session.commit()
    answer = browser.get(f"/exchange/made/{export_id}/file")
    assert answer.status_code == 422
    assert "cannot be opened any more" in answer.text
    assert not alder.entries("export.taken")
