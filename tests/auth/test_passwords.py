"""Argon2id, and nothing that tells whether there is an account."""

from argon2 import PasswordHasher

from portal.auth import passwords

# Tests hash with less work; this is what the portal has.
NOBODY = passwords._NOBODY


def test_a_password_matches_its_hash_only():
    kept = passwords.hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, "correct horse battery")
    assert not passwords.matches(kept, "correct horse batterz")


def test_composed_and_decomposed_accents_are_one_password():
    kept = passwords.hashed("caf\u00e9 au lait, twice")
    assert passwords.matches(kept, "cafe\u0301 au lait, twice")


def test_without_an_account_nothing_matches_and_the_same_work_is_done(monkeypatch):
    checked = []

    class Counting(PasswordHasher):
        def verify(self, *arguments):
            checked.append(arguments)
            return True

    monkeypatch.setattr(passwords, "_hasher", Counting())
    assert not passwords.matches(None, "anything at all")
    assert len(checked) == 1


def test_the_hash_of_nobody_takes_the_work_of_any_other():
    assert not PasswordHasher().check_needs_rehash(NOBODY)


def test_a_mangled_hash_matches_nothing():
    assert not passwords.matches("not a hash", "anything at all")


def test_a_hash_made_with_less_work_is_outdated():
    weak = PasswordHasher(time_cost=1, memory_cost=9, parallelism=1).hash("x")
    assert passwords.outdated(weak)


def test_twelve_to_128_characters_count_not_bytes():
    assert not passwords.long_enough("a" * 11)
    assert passwords.long_enough("é" * 12)
    assert passwords.long_enough("a" * 128)
    assert not passwords.long_enough("a" * 129)
