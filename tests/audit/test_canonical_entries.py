"""What is hashed is the same on every server, and the trees are RFC 9162's."""

from hashlib import sha256

import pytest
from psycopg import sql

from portal.audit import merkle
from portal.audit.leaves import FIELDS, encode, id_of, item_of, leaf, read

# The test vectors of RFC 9162's predecessor as Certificate Transparency's implementations use them.
INPUTS = [
    bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
}


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_a_trees_root_is_the_published_one(size, root):
    assert merkle.root([leaf(each) for each in INPUTS[:size]]).hex() == root


def test_no_leaves_have_the_hash_of_nothing():
    assert merkle.root([]) == sha256(b"").digest()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 100])
def test_every_leafs_path_arrives_at_the_root(size):
    hashes = [leaf(bytes([number])) for number in range(size)]
    root = merkle.root(hashes)
    for index, each in enumerate(hashes):
        path = merkle.path(hashes, index)
        assert merkle.climb(each, path) == root
        assert merkle.climb(leaf(b"another"), path) != root


ENTRY = {
    "id": 7,
    "occurred_at": 1_893_495_600_123_456,
    "xid": 4_294_967_299,
    "tenant_id": 1,
    "user_id": None,
    "session_id": 12,
    "record_id": -3,
    "patient_id": None,
    "actor": "user:4",
    "request_id": "6f1c1c1e-0000-4000-8000-00000000abcd",
    "action_type": "patients.update",
    "table_name": "patients",
    "old_values": None,
    "new_values": '{"a": 1.50, "é": "🩺", "bb": [1e+2, null], "ccc": ""}',
    "outcome": "done",
    "reason": "",
    "ip": "192.0.2.7",
    "user_agent": "naïve\nbrowser",
}
GOLDEN = "53049567c9788a25ce7b67f42faddf41b11209805311ffbd0a9145209f5386ef"


def test_an_entrys_canonical_form_never_changes():
    assert sha256(encode({**ENTRY, "new_values": None})).hexdigest() == GOLDEN


def test_null_and_empty_are_not_the_same():
    assert encode(ENTRY) != encode({**ENTRY, "reason": None})


@pytest.mark.database
def test_the_server_sends_the_same_bytes(own_database):
    columns = [name for name in FIELDS if name not in ("xid", "occurred_at")]
    with own_database.connect("admin") as admin:
        admin.execute("INSERT INTO tenants (slug, name, timezone) VALUES ('alder', 'a', 'UTC')")
        admin.execute("DELETE FROM user_action_audit_log")
        admin.execute("SELECT audit_partitions('2030-01-01', 1)")
        insert = sql.SQL(
            "INSERT INTO user_action_audit_log (xid, occurred_at, {}) VALUES"
            " ('4294967299', timestamptz '2030-01-01 11:00:00.123456+00', {})"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        )
        admin.execute(insert, [ENTRY[name] for name in columns])
        spelled = admin.execute("SELECT new_values::text FROM user_action_audit_log").fetchone()[0]
        ((item, instant, xid),) = read(admin, sql.SQL("true"))
    assert spelled == '{"a": 1.50, "bb": [100, null], "é": "🩺", "ccc": ""}'
    assert (id_of(item), instant, xid) == (7, ENTRY["occurred_at"], ENTRY["xid"])
    assert item == item_of(encode({**ENTRY, "new_values": spelled}))
