"""Any area may read a table; one alone writes it.

The kind: a row that is changed from several places, each with its own idea of what belongs to it.
Looked at are the statements in text, what is made of a table's class, and `insert`, `update` and
`delete` of it; an attribute that is assigned is not seen.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal import schema
from portal.config import ROOT
from portal.db import Base
from tests.house.files import CODE, SQL, text_of

WRITING = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)")
# Whose the tables of a file of `portal/schema` are, where that is another name than the file's.
AREAS = {
    "accounts": "auth", "acts": "appointments", "charts": "patients", "disclosures": "activity",
    "exports": "exchange", "uploads": "exchange",
}  # fmt: skip
OWNERS = {
    "availability_slots": "scheduling",
    "own_acts": "undoing",
    # Staff are added and leave there; what they sign in with is `auth`'s.
    "users": "staff", "user_links": "staff",
    # The worker says of itself that it lives, and what came of verifying the log.
    "worker_heartbeats": "worker", "audit_verifications": "worker",
}  # fmt: skip
# A merge moves what hangs on a patient, whosever it is, as one act.
MERGE = Path("portal/patients/commands/moving.py")
# A clinic that is closed ends with its sessions, in one command.
BOTH = {"tenants": {"staff"}, "user_sessions": {"staff"}}


def owners() -> dict[str, str]:
    """Each table's area."""
    schema.load_all()
    found = {}
    for mapper in Base.registry.mappers:
        module = mapper.class_.__module__.split(".")
        area = module[1] if module[1] != "schema" else AREAS.get(module[2], module[2])
        found[mapper.local_table.name] = OWNERS.get(mapper.local_table.name, area)
    return found


def written(tree: ast.AST, classes: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The tables that a module writes, each with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((table, node.lineno) for table in WRITING.findall(node.value))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = [node.func.id]
            if node.func.id in ("insert", "update", "delete"):
                named = [each.id for each in node.args if isinstance(each, ast.Name)]
            yield from ((classes[name], node.lineno) for name in named if name in classes)


def written_in_sql(said: str) -> Iterator[tuple[str, int]]:
    """The same of a file of SQL."""
    for number, line in enumerate(said.splitlines(), 1):
        yield from ((table, number) for table in WRITING.findall(line.partition("--")[0]))


def test_a_table_is_written_by_its_own_area_alone():
    owned = owners()
    classes = {each.class_.__name__: each.local_table.name for each in Base.registry.mappers}
    seen: set[str] = set()
    wrong = []
    for file in (*CODE, *SQL):
        area = file.relative_to(ROOT / "portal").parts[0].removesuffix(".py")
        where = file.relative_to(ROOT)
        if area == "schema" or where == MERGE:
            continue
        said = text_of(file)
        in_python = file.suffix == ".py"
        found = written(ast.parse(said), classes) if in_python else written_in_sql(said)
        for table, line in found:
            seen.add(table)
            if table in owned and area not in {owned[table], *BOTH.get(table, ())}:
                wrong.append(f"{where}:{line} writes {table}, which is {owned[table]}'s")
    assert wrong == []
    assert {"availability_slots", "appointments", "doctors", "tenant_keys"} <= seen
