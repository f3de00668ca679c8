"""`flask audit ...`, and the worker's jobs, as an operator meets them."""

import json
from types import SimpleNamespace

import pytest
from flask import current_app

from portal.cli.audit import group
from portal.worker.jobs import jobs

pytestmark = pytest.mark.database


@pytest.fixture
def flask(log, tmp_path):
    """Run `flask audit` with these words: exit code, standard output and standard error."""
    current_app.config["PORTAL_INSTANCE"] = log.store.folder.parent

    def run(*words: str) -> SimpleNamespace:
        done = current_app.test_cli_runner().invoke(group, words)
        return SimpleNamespace(code=done.exit_code, out=done.stdout, err=done.stderr)

    return run


def job(name):
    return next(each for each in jobs() if each.name == name)


def test_a_log_that_holds_ends_with_zero(flask):
    assert flask("seal").out.startswith("Seal 4 (epoch 1) over 0 entries.")
    done = flask("verify")
    assert done.code == 0
    assert done.out.startswith("Every entry is as it was sealed: 34 under 4 seals, 0 waiting")


def test_a_log_that_does_not_ends_with_one_and_names_the_place(log, flask):
    entry = log.ids("alder")[5]
    log.tamper("UPDATE user_action_audit_log SET actor = 'user:1' WHERE id = %s", entry)
    done = flask("verify")
    assert done.code == 1
    assert done.out.startswith(f"Entry {entry} was changed (alder, ")


def test_json_is_one_object_and_nothing_else(log, flask):
    done = flask("verify", "--json")
    told = json.loads(done.out)
    assert (done.code, told["ok"], told["wrong"], told["seals"]) == (0, True, None, 3)
    log.tamper("UPDATE audit_seals SET about = 'x' WHERE number = 2")
    done = flask("verify", "--json")
    told = json.loads(done.out)
    assert (done.code, told["ok"]) == (1, False)
    assert (told["wrong"]["kind"], told["wrong"]["seal"]) == ("seal-forged", 2)


def test_heads_kept_elsewhere_show_a_cut_tail(log, flask, tmp_path):
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(log.store.checkpoints.read_bytes())
    log.store.checkpoints.unlink()
    for table, column in (("audit_seals", "number"), ("audit_seal_parts", "seal")):
        log.tamper(f"DELETE FROM {table} WHERE {column} = 3")
    done = flask("verify")
    assert done.code == 0
    assert "a cut tail would go unseen" in done.err
    done = flask("verify", "--heads", str(copy))
    assert done.code == 1
    assert "the end was cut off" in done.out


def test_a_log_without_a_seal_does_not_pass_for_proven(log, flask):
    log.store.checkpoints.unlink()
    log.tamper("DELETE FROM audit_seals")
    assert flask("verify").code == 1


def test_a_new_epoch_has_its_reason(flask):
    assert flask("seal", "--new-epoch", "restored").out.startswith("Seal 4 (epoch 2)")
    assert ": restored" in flask("verify").out


def test_a_proof_is_printed(log, flask):
    entry = log.ids("alder")[5]
    assert json.loads(flask("prove", str(entry)).out)["entry"]["id"] == entry
    done = flask("prove", "999999")
    assert (done.code, done.out) == (1, "")


def test_a_purge_of_younger_entries_is_refused(flask):
    done = flask("purge", "--before", "2026-01-01")
    assert done.code == 1
    assert "kept for six years" in done.err


def test_nothing_is_purged_from_a_log_that_does_not_hold(log, flask):
    log.tamper("DELETE FROM user_action_audit_log WHERE id = %s", log.ids("alder")[5])
    done = flask("purge", "--before", "2001-01-01")
    assert done.code == 1
    assert "nothing goes" in done.err


def test_the_worker_seals_each_minute_and_verifies_each_day(log, flask):
    log.write("alder")
    assert job("audit-seals").every <= 60
    job("audit-seals").run()
    job("audit-verification").run()
    with log.database.connect("app") as web:
        sealed_at, verified_at, holds = web.execute("SELECT * FROM audit_state()").fetchone()
    assert holds
    assert verified_at >= sealed_at


def test_a_place_found_at_night_is_told_on_the_screens(log, flask):
    log.tamper("DELETE FROM user_action_audit_log WHERE id = %s", log.ids("alder")[5])
    with pytest.raises(Exception, match="deleted"):
        job("audit-verification").run()
    with log.database.connect("app") as web:
        assert web.execute("SELECT holds FROM audit_state()").fetchone() == (False,)
