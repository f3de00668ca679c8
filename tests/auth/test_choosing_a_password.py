"""Long enough, not among the ones that are tried first, and nobody's name in it."""

import pytest
from argon2 import PasswordHasher

from portal.auth import guessable, passwords
from portal.auth.queries import get_user
from tests.support.people import PASSWORD

NAMES = guessable.names_of("Lakeside Health", "lakeside", "ines.moreau@lakeside-health.example")
COMMON = [
    "password1234", "Password123!", "P@ssw0rd2026", "p a s s w o r d 1 2", "Welcome12345",
    "1234567890123", "qwertyuiop12", "1q2w3e4r5t6y", "qazwsxedcrfv", "zyxwvutsrqpo",
    "aaaaaaaaaaaa", "abababababab", "passwordpassword", "iloveyou2026!", "Administrator1",
    "correct horse battery staple", "Summer2026!!", "changeme1234", "letmein-letmein",
    "asdfghjkl;123", "987654321987", "abcd1234abcd1234", "Hospital2026!", "Trustno1trustno1",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_a_common_password_is_seen_however_it_is_dressed_up(password):
    assert guessable.is_common(password)


@pytest.mark.parametrize(
    "password",
    ["six blue boats at noon", "kettle-harvest-92", "Ünter den Linden 4", "xK9#vQ2!mB7z", PASSWORD],
)
def test_a_password_of_ones_own_is_not_common(password):
    assert not guessable.is_common(password)
    assert not guessable.names_somebody(password, NAMES)


@pytest.mark.parametrize(
    "password",
    ["blue Lakeside boat", "L-a-k-e side health", "my ines.moreau key", "inesmoreau4ever"],
)
def test_a_name_is_found_whatever_stands_between(password):
    assert guessable.names_somebody(password, NAMES)


def test_a_name_of_three_letters_forbids_nothing():
    assert not guessable.names_somebody("a tall glass of milk", guessable.names_of("", "all", ""))


@pytest.fixture
def link(app):
    runner = app.test_cli_runner()
    rest = ["Cedar Clinics", "--timezone", "Europe/Paris", "--owner", "ines@moreau.example"]
    made = runner.invoke(args=["tenants", "create", "cedar", *rest])
    return made.stdout.strip().removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("too short", "Use at least 12 characters"),
        ("x" * 129, "at most 128."),
        ("Password2026!", "Many people use this password"),
        ("a cedar on the hill", "Leave the clinic&#39;s name"),
        ("blue boats of Moreau", "Leave the clinic&#39;s name"),
    ],
)
def test_the_form_says_why_and_keeps_the_password_to_itself(browser, link, password, words):
    browser.get(link)
    refused = browser.send(link, {"password": password})
    assert refused.status_code == 422
    assert words in refused.text
    assert password not in refused.text


def test_signing_in_makes_an_old_hash_as_strong_as_new_ones(browser, alder, monkeypatch):
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", stronger)
    monkeypatch.setattr(passwords, "hashed", stronger.hash)
    browser.sign_in(alder.desk)
    with alder.at_work():
        assert "m=16,t=2" in get_user(alder.desk.id).password_hash
