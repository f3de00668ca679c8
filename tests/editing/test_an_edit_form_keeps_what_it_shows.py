"""Nothing chosen is changed silently: whatever a form shows is what it writes.

The kind: a list of choices was taken for the list of what a record may have. Where the record's own
facility was closed, its service retired, its plan further down than the list reaches, the select
fell to its first choice, and saving anything else wrote that; and ticking nobody meant everybody.
The forms are found from the routes: one without a record here fails.
"""

import pytest

from tests.auth.routes import ROUTES
from tests.auth.subjects import SUBJECTS
from tests.editing.records import RECORDS, before_all_others, rows_of
from tests.support.pages import Forms, send_as_shown
from tests.support.scheduling import on_monday


def address_of(app, endpoint: str, ids: dict[str, int]) -> str:
    rule = next(app.url_map.iter_rules(endpoint))
    return rule.build(ids)[1]


def edit_forms(app, browser, clinic) -> set[str]:
    """The routes whose page has a form that carries a version."""
    found = set()
    for rule in app.url_map.iter_rules():
        route = ROUTES[rule.endpoint]
        if {"GET", "POST"} <= rule.methods and route.right:
            ids = SUBJECTS[route.subject](clinic) if route.subject else {}
            page = browser.get(rule.build(ids)[1])
            forms = Forms(page.text).found if page.mimetype == "text/html" else []
            if any("version" in form.fields for form in forms):
                found.add(rule.endpoint)
    return found


def test_every_edit_form_carries_a_version_and_has_a_record_here(app, browser, alder):
    browser.sign_in(alder.owner)
    named = {name for name in ROUTES if name.endswith((".edit", "_edit"))}
    assert named <= RECORDS.keys()
    assert edit_forms(app, browser, alder) == RECORDS.keys()


@pytest.mark.parametrize("endpoint", RECORDS)
def test_what_is_posted_as_it_was_shown_changes_nothing(app, browser, alder, endpoint):
    with on_monday(), alder.at_work():
        before_all_others()
        edited = RECORDS[endpoint](alder)
    with on_monday():
        browser.sign_in(alder.owner)
        before = rows_of(alder)
        answer = send_as_shown(browser, address_of(app, endpoint, edited.ids))
        assert answer.status_code == 303, answer.text
        assert rows_of(alder) == before
