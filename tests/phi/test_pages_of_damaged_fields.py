"""Every encrypted field of a clinic is damaged: each page says so and works, and it is reported."""

from functools import cache

import pytest
import structlog
from sqlalchemy import inspect

from portal.phi.sealed import models_with_sealed_attributes, sealed_attributes
from tests.audit.test_what_is_shown_is_on_record import WITHOUT_PEOPLE
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of
from tests.support.client import HTMX, Browser
from tests.support.people import found
from tests.support.scheduling import a_practice, book, hours, on_monday
from tests.support.sizes import sized

pytestmark = pytest.mark.timeout(900)

# Each address as a page and as a fragment; for every change in turns.
WAYS = sized([({}, HTMX)], [({}, HTMX)], ci=[({},), (HTMX,)])

UNREADABLE = "field.unreadable"
ENTERED = """
SELECT table_name, min(reason) FROM user_action_audit_log WHERE action_type = %s GROUP BY 1
"""
FLIPPED = "set_byte({0}, octet_length({0}) - 20, get_byte({0}, octet_length({0}) - 20) # 4)"


def columns() -> list[tuple[str, str]]:
    """Every encrypted column there is."""
    return [
        (model.__table__.name, inspect(model).column_attrs[sealed.envelope].columns[0].name)
        for model in models_with_sealed_attributes()
        for sealed in sealed_attributes(model).values()
    ]


@pytest.fixture
def damaged(own_database):
    """The owner, signed in, and every address of a clinic none of whose fields opens any more."""
    app = own_database.app()
    with on_monday(), app.app_context():
        clinic = found("alder", "America/Chicago")
        with clinic.at_work():
            practice = a_practice(clinic.facility_id)
            hours(practice, start="08:00", end="20:00")
            visit = book(practice)
            visit.notes = "Comes by bus"
        of_subject = cache(lambda subject: ids_of(clinic, subject))
        asked = [
            each
            for endpoint in sorted(ROUTES.keys() - WITHOUT_PEOPLE)
            for each in addresses(app, endpoint, of_subject(ROUTES[endpoint].subject))
        ]
        asked.append(("GET", f"/appointments/{visit.id}"))
    with on_monday():
        browser = Browser(app).sign_in(clinic.owner)
        with own_database.connect("admin") as admin:
            hit = 0
            for table, column in columns():
                flip = f"UPDATE {table} SET {column} = {FLIPPED.format(column)}"
                hit += admin.execute(f"{flip} WHERE {column} IS NOT NULL").rowcount
            assert hit > 20
        yield browser, asked


def test_no_page_breaks_and_names_are_shown_as_unreadable(damaged, own_database):
    browser, asked = damaged
    wrong, said = [], set()
    with structlog.testing.capture_logs() as logs:
        for number, (method, address) in enumerate(asked):
            for headers in WAYS[number % len(WAYS)]:
                typed = {"csrf_token": browser.csrf, "q": "exam"} if method == "POST" else {}
                response = browser.open(address, method=method, data=typed, headers=headers)
                if response.status_code >= 500:
                    wrong.append(f"{method} {address} {headers}: {response.status_code}")
                if "unreadable" in response.text:
                    said.add(address)
    assert wrong == []
    assert len(said) > 10
    reported = {(each["table"], each["column"]) for each in logs if each["event"] == UNREADABLE}
    assert {
        ("patients", "last_name"),
        ("appointments", "notes"),
        ("disclosures", "what"),
    } <= reported
    with own_database.connect("admin") as admin:
        entered = dict(admin.execute(ENTERED, [UNREADABLE]).fetchall())
    assert {"patients", "appointments", "disclosures"} <= entered.keys()
    assert all(" of " in reason for reason in entered.values())
