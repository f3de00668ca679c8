"""A row or a column of acceptance that was filled at once is taken back as one act."""

from alembic import op

from portal.tenancy.migrating import add_check, begin_again

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

KINDS = (
    "facility_closed", "acceptance_marked", "doctor_retired", "records_merged", "service_retired",
    "status_set", "wish_added", "wish_withdrawn",
)  # fmt: skip
NUMBER = '@.type() == "number" && @ > 0 && @ <= 9223372036854775807 && @.floor() == @'
DAY = (
    '(@.{0} == null || (@.{0} like_regex "^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$"'
    ' && @.{0}.datetime("YYYY-MM-DD").type() == "date"))'
)
GROUP = " && ".join((
    '@.enabled.type() == "boolean"', DAY.format("since"), DAY.format("until"),
    '@.rows.type() == "array"', f"!exists(@.rows[*] ? (!({NUMBER})))",
))  # fmt: skip
# `is unknown`: of what has no such member, or another type.
SAYS = f"""
kind <> 'acceptance_filled' OR (
  (COALESCE(before @? 'strict $.plan ? ({NUMBER})', false)
   OR COALESCE(before @? 'strict $.facility ? ({NUMBER})', false))
  AND jsonb_typeof(before -> 'was') IS NOT DISTINCT FROM 'array'
  AND NOT before @? 'strict $.was[*] ? (!({GROUP}) || ({GROUP}) is unknown)')
"""


def _kinds(*kinds: str) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def upgrade() -> None:
    begin_again(
        "EXISTS (SELECT FROM pg_constraint WHERE conname = 'ck_own_acts_filled')", downgrade
    )
    with op.get_context().autocommit_block():
        add_check("own_acts", "ck_own_acts_filled", SAYS)
        # Whoever runs the version before writes no other kind: a wider one takes nothing from them.
        op.execute(
            "-- squawk-ignore ban-drop-constraint\n"
            "ALTER TABLE own_acts DROP CONSTRAINT IF EXISTS ck_own_acts_kind"
        )
        add_check("own_acts", "ck_own_acts_kind", _kinds(*KINDS, "acceptance_filled"))


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DELETE FROM own_acts WHERE kind = 'acceptance_filled'")
        op.execute("ALTER TABLE own_acts DROP CONSTRAINT IF EXISTS ck_own_acts_kind")
        add_check("own_acts", "ck_own_acts_kind", _kinds(*KINDS))
        op.execute("ALTER TABLE own_acts DROP CONSTRAINT IF EXISTS ck_own_acts_filled")
