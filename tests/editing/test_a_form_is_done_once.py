"""A form that is sent twice is done once, one after the other or at one moment.

The kind: each way of creating something guarded itself against a second press or a repeated
request, or did not: two payers, two step types, two rows of hours. Every form that creates or
changes carries a key, found from the pages themselves.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from portal.auth.once import forget_submissions
from portal.db import session
from tests.auth.routes import ROUTES
from tests.auth.subjects import SUBJECTS
from tests.editing.records import rows_of
from tests.support.pages import Forms, shown
from tests.support.people import found
from tests.support.requests import Client
from tests.support.scheduling import on_monday
from tests.support.serving import served

# Each says of itself which of two is done: a key of its own, or nothing that could be done twice.
OWN_KEYS = {
    "booking_key",
    "entry_key",
    "merge_key",
    "series_key",
    "absence_key",
    "key",
    "group_key",
}
# Reads, though it is posted: what is looked for stands in no address. And one's own account, whose
# forms hold passwords, of which nothing is kept.
NOT_DONE = {"patients.search", "patients.other_facilities", "patients.duplicates_of"}
STEP = {"name": "Vitals", "default_duration_minutes": "5"}


def test_every_form_that_is_filled_in_carries_a_key(app, browser, alder):
    browser.sign_in(alder.owner)
    without = set()
    for rule in app.url_map.iter_rules():
        route = ROUTES[rule.endpoint]
        if {"GET", "POST"} <= rule.methods and route.right and rule.endpoint not in NOT_DONE:
            ids = SUBJECTS[route.subject](alder) if route.subject else {}
            path = rule.build(ids)[1]
            for form in Forms(browser.get(path).text).found:
                mine = form.action.partition("?")[0] in ("", path) and form.method == "post"
                if mine and not form.fields.keys() & (OWN_KEYS | {"once"}):
                    without.add(rule.endpoint)
    assert {each for each in without if not each.startswith("auth.")} == set()


CREATED = {
    "/services/steps/new": STEP,
    "/services/new": {"name": "Consultation"},
    "/facilities/new": {"name": "North"},
    "/doctors/new": {"first_name": "Una", "last_name": "Once"},
    "/insurance/new": {"name": "Payer"},
    "/patients/new": {"first_name": "Una", "last_name": "Once"},
}


@pytest.mark.parametrize("address", CREATED)
def test_the_second_sending_is_answered_as_the_first_and_does_nothing(browser, alder, address):
    browser.sign_in(alder.owner)
    [name, *_] = CREATED[address]
    sent = shown(browser.get(address).text, name) | CREATED[address]
    first = browser.post(address, data=sent)
    done = rows_of(alder)
    second = browser.post(address, data=sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert rows_of(alder) == done


@pytest.mark.parametrize(
    "kept", ["https://elsewhere.example/", "//elsewhere.example", "no.such_page", "/\\elsewhere"]
)
def test_what_is_kept_of_the_first_answer_leads_to_no_other_site(browser, alder, kept):
    """Whoever can write a row can write an address, which a redirect and a link then followed."""
    browser.sign_in(alder.owner)
    sent = shown(browser.get("/services/steps/new").text, "name") | STEP
    browser.post("/services/steps/new", data=sent)
    with alder.at_work():
        session.execute(
            text("UPDATE form_submissions SET location = :kept,"
                 " said = jsonb_set(said, '{link}', to_jsonb(CAST(:kept AS text)))"),
            {"kept": kept},
        )  # fmt: skip
    assert browser.post("/services/steps/new", data=sent).location == "/"
    other = browser.post("/services/steps/new", data=sent | {"name": "Weighing"}).text
    assert f'href="{kept}"' not in other
    assert "elsewhere.example" not in other


def test_the_same_key_with_something_else_is_refused(browser, alder):
    browser.sign_in(alder.owner)
    sent = shown(browser.get("/services/steps/new").text, "name") | STEP
    browser.post("/services/steps/new", data=sent)
    other = browser.post("/services/steps/new", data=sent | {"name": "Weighing"})
    assert other.status_code == 422
    assert "This form was sent already" in other.text


def test_anothers_key_is_refused_and_tells_nothing(browser, alder):
    browser.sign_in(alder.owner)
    sent = shown(browser.get("/services/steps/new").text, "name") | STEP
    browser.post("/services/steps/new", data=sent)
    browser.sign_in(alder.admin)
    token = shown(browser.get("/services/steps/new").text, "name")["csrf_token"]
    other = browser.post("/services/steps/new", data=sent | {"csrf_token": token})
    assert other.status_code == 422
    assert "This form was sent already" in other.text
    assert "and done" not in other.text


def test_what_was_refused_can_be_sent_again(browser, alder):
    browser.sign_in(alder.owner)
    sent = shown(browser.get("/services/steps/new").text, "name")
    refused = browser.post("/services/steps/new", data=sent)
    assert refused.status_code == 422
    again = shown(refused.text, "name")
    assert again["once"] == sent["once"]
    assert browser.post("/services/steps/new", data=again | STEP).status_code == 303


def test_sent_twice_at_one_moment_it_is_done_once(own_database, tmp_path):
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
    with served(own_database, tmp_path) as address:
        client = Client(address).sign_in(clinic.owner)
        fields = shown(client.ask("GET", "/services/steps/new")[1], "name")
        sent = {name: values[0] for name, values in fields.items()} | STEP
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(client.ask, "POST", "/services/steps/new", sent) for _ in range(8)]
        assert {each.result()[0] for each in asked} == {303}
    with own_database.connect("admin") as connection:
        assert connection.execute("SELECT count(*) FROM step_templates").fetchone() == (1,)


def test_keys_are_forgotten_after_days(browser, alder):
    browser.sign_in(alder.owner)
    sent = shown(browser.get("/services/steps/new").text, "name") | STEP
    browser.post("/services/steps/new", data=sent)
    with on_monday(), alder.at_work():
        forget_submissions()
        assert session.scalar(text("SELECT count(*) FROM form_submissions")) == 1
        session.execute(text("UPDATE form_submissions SET created_at = now() - interval '3 days'"))
        forget_submissions()
        assert session.scalar(text("SELECT count(*) FROM form_submissions")) == 0
