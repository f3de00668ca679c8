"""The report of an import is read as an import writes it, or it is none.

The kind: an object of a row that any SQL may have written, and that a page reads as the program's
own. A row of a file is never erased: the list of files failed for every administrator, for good.
"""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from portal.db import session
from portal.exchange.exports.queries.made import ExportRow
from portal.web.filters import localtime
from tests.exchange.test_importing_lists import DOCTORS, bring
from tests.support.client import Browser
from tests.support.people import Clinic

LINE = {"line": 2, "outcome": "refused", "said": [{"field": None, "message": "x", "params": {}}]}


def a_line(**changed: object) -> dict[str, object]:
    return {"counts": {"added": 1}, "lines": [LINE, LINE | changed]}


def a_reason(**changed: object) -> dict[str, object]:
    return a_line(said=[LINE["said"][0] | changed])


REPORTS = {
    "counts that are a list": {"counts": [1], "lines": []},
    "counts that are text": {"counts": "x", "lines": []},
    "counts of no numbers": {"counts": {"added": []}, "lines": []},
    "no counts": {"lines": [LINE]},
    "no lines": {"counts": {}},
    "lines that are an object": {"counts": {}, "lines": {"a": 1}},
    "a line that is a number": {"counts": {}, "lines": [1]},
    "a line without its number": a_line(line="x"),
    "another end": a_line(outcome="lost"),
    "an end that is a list": a_line(outcome=[]),
    "a reason that is text": a_line(said=["x"]),
    "a message that is none": a_reason(message=5),
    "a message of what is missing": a_reason(message="%(gone)s"),
    "a message as wide as the memory": a_reason(message="%(a)999999999s", params={"a": 1}),
    "half a percent sign": a_reason(message="100%"),
    "a param of the function's own": a_reason(params={"string": 1}),
    "somebody who may be here, of no number": a_line(
        outcome="likely", said=[LINE["said"][0] | {"params": {"patient_id": "../x", "mrn": 1}}]
    ),
}


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_no_page_fails_for_it(browser: Browser, alder: Clinic, kind: str):
    browser.sign_in(alder.owner)
    address = bring(browser, "doctors", DOCTORS).location
    ended = text(
        "UPDATE uploads SET status = 'imported', content = NULL, ended_at = now(),"
        " report = CAST(:report AS jsonb)"
    )
    with alder.at_work():
        session.execute(ended, {"report": json.dumps(REPORTS[kind])})
    shown = [browser.get(each) for each in ("/exchange/imports/", address, f"{address}/report")]
    assert [each.status_code for each in shown] == [200] * 3


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_file_that_is_kept_to_the_end_of_the_calendar_is_told_in_every_zone(zone):
    late = datetime(9999, 12, 30, 23, 59, tzinfo=UTC)
    row = ExportRow(1, "activity", "csv", {}, "ready", 1, None, "Olive", late, late)
    assert localtime(row.kept_until, zone).year == 9999
