"""The proof that one entry is under a seal, which can be checked without the database.

    python -m portal.audit.proofs proof.json --heads heads.jsonl

What it proves: the entry, with these values, was in the log when the seal was signed. Who holds
a head of that seal from another source needs to trust neither the database nor the signing key.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import text

from portal.audit import checkpoints, leaves, merkle, seals
from portal.audit.checkpoints import Checkpoints, head_of
from portal.audit.commands import connection, tenant_ids
from portal.audit.seals import Seal
from portal.db import session
from portal.errors import N_, NotFound
from portal.tenancy.context import as_worker, enter_job

BYTES = ("root", "previous", "public_key", "signature")
HOLDING = text("""
    SELECT seal, entries, root, items FROM audit_seal_parts
    WHERE position(:item IN items) > 0 ORDER BY seal
""")


class NoSuchEntry(NotFound):
    """No clinic's log holds an entry of this id under a seal."""

    message = N_("There is no sealed entry of that number, as it was sealed.")


def prove(entry: int) -> dict[str, Any]:
    """The proof of one entry, as plain JSON values.

    Raises:
        NoSuchEntry: there is none, it is not sealed yet, or it is not as it was sealed.
    """
    with as_worker():
        for tenant_id in tenant_ids():
            enter_job(tenant_id, "audit")
            values = _values(entry)
            if values is not None:
                return _proof(values)
    raise NoSuchEntry


def check(proof: Mapping[str, Any], known: Checkpoints | None) -> str | None:
    """The fault of a proof; None when it holds.

    Args:
        known: heads from another source than the proof; without them its own key is believed.
    """
    item = leaves.item_of(leaves.encode(proof["entry"]))
    part = proof["part"]
    tenant_root = merkle.climb(leaves.leaf(item), _steps(part["path"]))
    leaf = seals.part_leaf(proof["entry"]["tenant_id"], part["entries"], tenant_root)
    seal = _seal(proof["seal"])
    if merkle.climb(leaf, _steps(proof["path"])) != seal.root:
        return "The entry is not under this seal."
    if not seal.is_genuine():
        return "The seal's signature does not fit what it says."
    if known is not None and known.by_number.get(seal.number) != head_of(seal):
        return "The heads know no such seal."
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Check a proof's file; exit code 1 when it does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("proof", type=Path)
    parser.add_argument(
        "--heads", dest="checkpoints", type=Path, help="heads from a source of one's own"
    )
    chosen = parser.parse_args(arguments)
    proof = json.loads(chosen.proof.read_text())
    wrong = check(proof, checkpoints.read(chosen.checkpoints) if chosen.checkpoints else None)
    if wrong:
        sys.exit(wrong)
    number, at = proof["entry"]["id"], seals.moment(proof["seal"]["sealed_at"]).isoformat()
    print(f"Entry {number} was in the log when it was sealed at {at}.")
    if not chosen.checkpoints:
        print(
            f"Signed by the key {proof['seal']['public_key']}: make sure that it is the portal's."
        )


def _values(entry: int) -> dict[str, Any] | None:
    query = sql.SQL("{}id = {}").format(leaves.SELECT, entry)
    row = connection().execute(query).fetchone()
    return dict(zip(leaves.FIELDS, row, strict=True)) if row else None


def _proof(values: dict[str, Any]) -> dict[str, Any]:
    item = leaves.item_of(leaves.encode(values))
    part = session.execute(HOLDING, {"item": item}).first()
    if part is None:
        raise NoSuchEntry
    listed = leaves.items_in(part.items)
    seal = seals.get_seal(part.seal)
    parts = _parts(seal.number)
    clinics = [seals.part_leaf(*each) for each in parts]
    position = [tenant_id for tenant_id, _, _ in parts].index(values["tenant_id"])
    path = merkle.path([leaves.leaf(each) for each in listed], listed.index(item))
    return {
        "entry": values,
        "part": {"entries": part.entries, "path": _plain(path)},
        "path": _plain(merkle.path(clinics, position)),
        "seal": _plain_seal(seal),
    }


def _parts(number: int) -> list[tuple[int, int, bytes]]:
    """Every clinic's part of a seal, in their order."""
    found = []
    query = text("SELECT tenant_id, entries, root FROM audit_seal_parts WHERE seal = :number")
    for tenant_id in tenant_ids():
        enter_job(tenant_id, "audit")
        found += [tuple(row) for row in session.execute(query, {"number": number})]
    return found


def _plain(path: list[merkle.Step]) -> list[list[str]]:
    return [[side, beside.hex()] for side, beside in path]


def _steps(path: list[list[str]]) -> list[merkle.Step]:
    return [(side, bytes.fromhex(beside)) for side, beside in path]


def _plain_seal(seal: Seal) -> dict[str, Any]:
    return {**asdict(seal), **{name: getattr(seal, name).hex() for name in BYTES}}


def _seal(plain: Mapping[str, Any]) -> Seal:
    return Seal(**{**plain, **{name: bytes.fromhex(plain[name]) for name in BYTES}})


if __name__ == "__main__":
    main()
