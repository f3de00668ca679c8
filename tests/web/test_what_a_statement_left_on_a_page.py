"""What pages read as a message, a link or a number may have been written by any statement.

The kind: a page that takes the shape of a row for granted because the portal alone writes it.
"""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.auth.rules import hash_of
from portal.db import session
from portal.insurance.commands.payers import PayerDetails, add_payer
from portal.tenancy.context import enter_session
from portal.web.filters import website
from portal.web.messages import readable

WHOLE = {"text": "Saved.", "kind": "ok", "undo": "an act", "link": "/y"}
BROKEN = [
    1,
    None,
    "text",
    [WHOLE],
    {},
    {"text": 1},
    {"text": "x" * 3_000},
    WHOLE | {"kind": []},
    WHOLE | {"undo": 1},
    WHOLE | {"undo": {"url": "https://elsewhere.example", "values": {}}},
    WHOLE | {"link": "javascript:alert(1)"},
    WHOLE | {"link": "//elsewhere.example"},
    WHOLE | {"patient": "x"},
    WHOLE | {"patient": 2**70},
    WHOLE | {"act": {}},
]
LEAVE = text("UPDATE user_sessions SET messages = CAST(:said AS jsonb) WHERE id = :own")


def leave(browser, said: object) -> None:
    """Write messages on this browser's row, as the web role."""
    found = enter_session(hash_of(browser.get_cookie("portal").value))
    session.execute(LEAVE, {"said": json.dumps(said), "own": found.session_id})
    session.commit()


def test_of_messages_that_sql_wrote_the_whole_ones_are_shown(browser, alder):
    browser.sign_in(alder.owner)
    for broken in BROKEN:
        leave(browser, [broken, WHOLE])
        page = browser.get("/facilities/")
        assert (page.status_code, page.text.count("Saved.")) == (200, 1), broken
    leave(browser, BROKEN)
    assert browser.send("/facilities/new", {"name": ""}).status_code == 422
    assert "Saved." not in browser.get("/facilities/").text


def test_no_more_messages_wait_than_fit_on_a_page(browser, alder):
    assert len(readable([WHOLE] * 1_000)) == 20
    browser.sign_in(alder.owner)
    with pytest.raises(IntegrityError, match="ck_user_sessions_messages_length"):
        leave(browser, ["x" * 100_000])
    session.rollback()


def test_a_form_sent_again_bears_what_sql_wrote_of_it(browser, alder):
    browser.sign_in(alder.owner)
    typed = {"name": "Annex", "slug": "annex", "timezone": "America/Chicago"}
    key = {"once": "7b0a7a5e-1c2d-4f3a-8b9c-0d1e2f3a4b5c"}
    assert browser.send("/facilities/new", typed | key).status_code == 303
    for said in ([1], {"text": 1}, {"text": "Done.", "link": "javascript:alert(1)"}):
        enter_session(hash_of(browser.get_cookie("portal").value))
        session.execute(
            text("UPDATE form_submissions SET said = CAST(:said AS jsonb)"),
            {"said": json.dumps(said)},
        )
        session.commit()
        again = browser.send("/facilities/new", typed | key | {"name": "Other"})
        assert again.status_code == 422
        assert "javascript" not in again.text


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("website", "'javascript:alert(1)'"),
        ("website", "'data:text/html,x'"),
        ("website", "' https://x.example'"),
        ("website", "''"),
        ("contact", "'{\"phone\": [1]}'"),
        ("contact", '\'{"email": {"x": 1}}\''),
    ],
)
def test_a_statement_writes_no_address_that_a_page_could_not_show(alder, column, value):
    written = text(f"UPDATE insurance_providers SET {column} = {value}")
    with alder.at_work():
        add_payer(PayerDetails("Harborview", "https://harborview.example"))
    with pytest.raises(IntegrityError, match="ck_insurance_providers"), alder.at_work():
        session.execute(written)


def test_what_is_no_address_of_the_web_is_no_link():
    assert website("https://a.example/?b=1&c='\"") == (
        '<a href="https://a.example/?b=1&amp;c=&#39;&#34;" rel="noopener noreferrer">'
        "https://a.example/?b=1&amp;c=&#39;&#34;</a>"
    )
    for address in ("javascript:alert(1)", "data:text/html,x", "//x.example", "JAVASCRIPT:x", ""):
        assert "href" not in website(address)
