"""One entry's proof convinces somebody who has no database, and an altered one nobody."""

import json
import os
import subprocess
import sys

import pytest

from portal.audit import checkpoints, proofs
from portal.config import ROOT

pytestmark = pytest.mark.database


def test_every_sealed_entry_has_its_proof(log):
    known = checkpoints.read(log.store.checkpoints)
    for slug in log.tenants:
        for entry in log.ids(slug):
            proof = json.loads(json.dumps(proofs.prove(entry)))
            assert proof["entry"]["tenant_id"] == log.tenants[slug]
            assert proofs.check(proof, known) is None
            assert proofs.check(proof, None) is None


def test_a_changed_proof_does_not_hold(log):
    proof = proofs.prove(log.ids("birch")[9])
    for change in (
        {"entry": {**proof["entry"], "actor": "user:1"}},
        {"entry": {**proof["entry"], "occurred_at": proof["entry"]["occurred_at"] + 1}},
        {"entry": {**proof["entry"], "id": proof["entry"]["id"] + 1}},
        {"entry": {**proof["entry"], "tenant_id": log.tenants["alder"]}},
        {"part": {**proof["part"], "entries": 1}},
        {"path": []},
        {"seal": {**proof["seal"], "sealed_at": 0}},
        {"seal": {**proof["seal"], "public_key": "00" * 32}},
    ):
        assert proofs.check({**proof, **change}, None), change


def test_a_seal_that_the_heads_do_not_know_proves_nothing(log):
    proof = proofs.prove(log.ids("alder")[9])
    known = checkpoints.read(log.store.checkpoints)
    known.by_number.pop(proof["seal"]["number"])
    assert proofs.check(proof, known) == "The heads know no such seal."


def test_an_entry_that_is_not_sealed_or_not_as_it_was_has_none(log):
    (waiting,) = log.write("alder")
    changed = log.ids("alder")[4]
    log.tamper("UPDATE user_action_audit_log SET actor = 'user:1' WHERE id = %s", changed)
    for entry in (waiting, changed, 10**9):
        with pytest.raises(proofs.NoSuchEntry):
            proofs.prove(entry)


def test_a_proof_tells_nothing_of_other_entries(log):
    proof = json.dumps(proofs.prove(log.ids("alder")[9]))
    assert proof.count("doctors.look") == 1
    assert "birch" not in proof


def test_it_is_checked_without_a_database(log, tmp_path):
    file = tmp_path / "proof.json"
    proof = proofs.prove(log.ids("alder")[9])
    file.write_text(json.dumps(proof))
    assert "was in the log" in _check(file, "--heads", str(log.store.checkpoints)).stdout
    assert proof["seal"]["public_key"] in _check(file).stdout
    file.write_text(json.dumps({**proof, "path": []}))
    done = _check(file)
    assert (done.returncode, done.stderr) == (1, "The entry is not under this seal.\n")


def _check(*arguments):
    command = [sys.executable, "-m", "portal.audit.proofs", *map(str, arguments)]
    environ = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
