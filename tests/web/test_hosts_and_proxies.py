"""Which names the portal answers to, and whose word it takes for where a request comes from."""

import pytest
from flask import Flask, request

from portal.auth.permissions import public
from portal.config import ConfigError, load
from tests.support.client import Browser, check
from tests.support.databases import Database


@pytest.fixture
def made(database: Database):
    """An application with further settings, and a page that says who asks."""

    def make(**settings) -> Flask:
        app = database.app(**settings)
        app.config["SERVER_NAME"] = None
        app.add_url_rule("/who", "who", public(lambda: f"{request.scheme} {request.remote_addr}"))
        return app

    return make


@pytest.mark.parametrize("path", ["/sign-in", "/static/css/base.css", "/nowhere", "/healthz"])
def test_an_unknown_name_is_refused_with_every_header(made, path):
    client = made(trusted_hosts=("clinic.example", ".group.example")).test_client()
    for host in ("evil.example", "clinic.example.evil.example", "clinic.example@evil.example"):
        refused = client.get(path, headers={"Host": host})
        assert refused.status_code == 400
        check(refused, asked_by_htmx=False)
        assert host not in refused.text
    for host in ("clinic.example", "clinic.example:8443", "east.group.example"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_say_is_believed(made, proxies, forwarded, seen):
    client = made(proxies=proxies).test_client()
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Host": "evil.example"}
    answer = client.get("/who", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
    assert answer.text == f"http {seen}"


def test_guesses_are_counted_by_the_believed_address(app, browser: Browser, alder):
    """A forged header is another address to nobody: the audit log has the real one."""
    browser.get("/sign-in", headers={"X-Forwarded-For": "6.6.6.6"})
    browser.sign_in(alder.desk)
    assert {str(entry.ip) for entry in alder.entries("sign-in")} == {"127.0.0.1"}


def settings(**changed: str) -> dict[str, str]:
    return {"DATABASE_URL": "postgresql://nobody@localhost/none", **changed}


def test_production_names_its_hosts(tmp_path):
    key = tmp_path / "portal.key"
    key.write_text("A" * 43 + "=")
    key.chmod(0o400)
    production = settings(
        PORTAL_ENV="production", PORTAL_KEY_FILE=str(key), SECRET_KEY="s" * 40,
        PORTAL_INSTANCE=str(tmp_path),
    )  # fmt: skip
    with pytest.raises(ConfigError, match="TRUSTED_HOSTS is not set"):
        load(production)
    named = load(production | {"TRUSTED_HOSTS": "clinic.example, .group.example"})
    assert named.trusted_hosts == ("clinic.example", ".group.example")


@pytest.mark.parametrize(
    "wrong", [{"PORTAL_PROXIES": "many"}, {"PORTAL_PROXIES": "-1"}, {"TRUSTED_HOSTS": " , "},
              {"PORTAL_METRICS_TOKEN": "short"}],
)  # fmt: skip
def test_a_wrong_setting_is_refused(tmp_path, wrong):
    with pytest.raises(ConfigError):
        load(settings(PORTAL_INSTANCE=str(tmp_path), **wrong))
