"""/metrics: for this machine or whoever has the token; numbers, and nothing about anybody."""

import re

import pytest
from sqlalchemy import insert

from portal.audit.commands import seal
from portal.audit.seal_store import SealStore
from portal.db import session
from portal.schema.audit import AuditVerification
from portal.tenancy.context import as_worker
from tests.support.client import Browser
from tests.support.databases import Database
from tests.support.serving import served

TOKEN = "t" * 40
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def client(database: Database):
    return database.app(metrics_token=TOKEN).test_client()


def test_this_machine_sees_what_was_counted(browser: Browser, alder):
    browser.sign_in(alder.desk)
    browser.get("/patients/?q=Okafor")
    shown = browser.get("/metrics").text
    assert 'portal_requests_total{endpoint="patients.index",method="GET",status="200"}' in shown
    assert 'portal_request_seconds_bucket{endpoint="patients.index"' in shown
    assert "portal_live_sessions" in shown
    for datum in ("Okafor", alder.slug, alder.desk.email, "?q="):
        assert datum not in shown


def test_the_seals_age_and_whether_the_log_holds_are_told(browser: Browser, tmp_path):
    before = browser.get("/metrics").text
    assert "portal_audit_seal_age_seconds" not in before
    assert "portal_audit_log_holds" not in before
    seal(SealStore(tmp_path / "seals", None))
    with as_worker():
        session.execute(insert(AuditVerification).values(holds=False, seals=1, entries=1))
    shown = browser.get("/metrics").text
    [age] = re.findall(r"^portal_audit_seal_age_seconds (\S+)$", shown, re.MULTILINE)
    assert 0 <= float(age) < 60
    assert "portal_audit_log_holds 0.0" in shown


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Authorization": "Bearer " + "x" * 40}, 404),
        ({"Authorization": "Bearer é"}, 404),
        ({"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_elsewhere_only_the_token_opens_it(client, headers, status):
    answer = client.get("/metrics", headers=headers, environ_base=ELSEWHERE)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto", "X-Forwarded-Host"],
)
def test_behind_a_proxy_nobody_told_of_this_machine_is_not_believed(client, header):
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [("203.0.113.9", 404), ("127.0.0.1", 404), ("127.0.0.1, 203.0.113.9, 10.0.0.2", 404),
     ("127.0.0.1, 10.0.0.2", 200), ("", 200)],
)  # fmt: skip
def test_behind_proxies_this_machine_is_the_client_that_they_name(database, forwarded, status):
    """With fewer names than proxies, the address is a proxy's own and says nothing."""
    client = database.app(proxies=2).test_client()
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client.get("/metrics", headers=headers).status_code == status


def test_without_a_token_none_opens_it(app):
    asked = {"Authorization": "Bearer "}
    answer = app.test_client().get("/metrics", headers=asked, environ_base=ELSEWHERE)
    assert answer.status_code == 404


def test_methods_and_addresses_of_anybodys_making_add_no_label(client):
    for n in range(20):
        client.open(f"/made-up-{n}", method=f"VERB{n}")
    shown = client.get("/metrics").text
    assert "made-up" not in shown
    assert "VERB" not in shown


def test_the_workers_counts_are_added_up(own_database, tmp_path):
    from urllib.request import urlopen

    with served(own_database, tmp_path) as address:
        for _ in range(20):
            with urlopen(f"{address}/sign-in") as answer:
                answer.read()
        with urlopen(f"{address}/metrics") as answer:
            shown = answer.read().decode()
    assert 'portal_requests_total{endpoint="auth.sign_in",method="GET",status="200"} 20.0' in shown
