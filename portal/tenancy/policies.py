"""The one generator of what protects a table: row security, grants, triggers.

Migrations call `protect(...)` for every tenant-owned table, so that no table can be forgotten
or protected differently; the isolation test reads the catalogue and holds all of them to it.
"""

from alembic import op

RUNTIME = "portal_app, portal_worker"
KEPT_APART = "portal_app, portal_worker, portal_owner"
# Patients, visits and people are never erased by the application: they are soft-deleted,
# cancelled or disabled.
NEVER_DELETED = frozenset({"tenants", "users", "patients", "appointments", "appointment_steps"})


def protect(
    table: str,
    *,
    tenant: str = "tenant_id",
    audited: bool = True,
    hidden: tuple[str, ...] = (),
    rights: str | None = None,
    facility: str | None = None,
    read_everywhere: bool = False,
) -> None:
    """Keep a table's tenants apart, grant what the roles may do, attach the triggers.

    Args:
        table: the table, already created.
        tenant: the column that names the tenant.
        audited: whether a row trigger writes every change to the audit log.
        hidden: columns whose values the audit log replaces by a mark (password hashes).
        rights: what the run-time roles may do; by default everything but DELETE where
            nothing may be erased, and never TRUNCATE, REFERENCES or TRIGGER.
        facility: the column that names the facility, where there is one: staff limited to some
            facilities reach no other's rows.
        read_everywhere: let them read, though not change, other facilities' rows.
    """
    _row_security(table, tenant)
    if facility is not None:
        _facility_scope(
            table, facility, ("INSERT", "UPDATE", "DELETE") if read_everywhere else ("ALL",)
        )
    if rights is None:
        rights = "SELECT, INSERT, UPDATE" + ("" if table in NEVER_DELETED else ", DELETE")
    op.execute(f"GRANT {rights} ON {table} TO {RUNTIME}")
    if audited:
        arguments = ", ".join(f"'{column}'" for column in hidden)
        op.execute(
            f"CREATE TRIGGER audit_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION audit_change({arguments})"
        )


def _row_security(table: str, tenant: str) -> None:
    own = f"{tenant} = (SELECT current_tenant())"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_access ON {table} TO {KEPT_APART} USING (true)")
    op.execute(
        f"CREATE POLICY {table}_tenant ON {table} AS RESTRICTIVE TO {KEPT_APART} "
        f"USING ({own}) WITH CHECK ({own})"
    )


def _facility_scope(table: str, column: str, actions: tuple[str, ...]) -> None:
    # No scope means every facility: the row is compared with itself.
    own = f"{column} = ANY (coalesce((SELECT current_facilities()), ARRAY[{column}]))"
    for action in actions:
        name = f"{table}_facility" + ("" if action == "ALL" else f"_{action.lower()}")
        using = "" if action == "INSERT" else f" USING ({own})"
        check = "" if action == "DELETE" else f" WITH CHECK ({own})"
        op.execute(
            f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {action} TO {KEPT_APART}"
            f"{using}{check}"
        )


def limit_reach(table: str, reached: str, *, action: str = "ALL") -> None:
    """Keep staff limited to some facilities to the rows that a condition says they reach.

    Whoever sees every facility is not asked the condition at all.

    Args:
        table: the table, already protected.
        reached: the condition. A subquery in it says OFFSET 0: the planner would otherwise hash
            all that it could find, to look up one row.
        action: ALL, INSERT or UPDATE; the last two keep from writing only.
    """
    condition = f"((SELECT current_facilities()) IS NULL OR {reached})"
    name = f"{table}_reach" + ("" if action == "ALL" else f"_{action.lower()}")
    using = f"USING {condition} " if action == "ALL" else ""
    op.execute(
        f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {action} TO {KEPT_APART} "
        f"{using}WITH CHECK {condition}"
    )


def stamp(table: str, function: str = "stamp_row") -> None:
    """Keep `updated_at` by trigger."""
    op.execute(
        f"CREATE TRIGGER stamp_{table} BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def open_to_gate(table: str, rights: str) -> None:
    """Let the functions that work before a tenant is known (owned by portal_gate) use a table."""
    op.execute(f"GRANT {rights} ON {table} TO portal_gate")
    op.execute(f"CREATE POLICY {table}_gate ON {table} TO portal_gate USING (true)")


def gate_function(signature: str, *, may_call: str) -> None:
    """Hand a SECURITY DEFINER function to portal_gate and say who may call it.

    `signature` is `name(argument types)`. The gate may create in the schema for no longer than
    the change of owner needs; the grants are the new owner's to give.
    """
    op.execute("GRANT CREATE ON SCHEMA public TO portal_gate")
    op.execute(f"ALTER FUNCTION {signature} OWNER TO portal_gate")
    op.execute("REVOKE CREATE ON SCHEMA public FROM portal_gate")
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {may_call}")
    op.execute("RESET ROLE")


def replace_gate_function(definition: str) -> None:
    """Replace a function that portal_gate owns; its grants stay as they are."""
    op.execute("GRANT CREATE ON SCHEMA public TO portal_gate")
    op.execute("SET LOCAL ROLE portal_gate")
    op.execute(definition)
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA public FROM portal_gate")
