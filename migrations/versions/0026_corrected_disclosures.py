"""Disclosures that correct another: the first stays as it was entered."""

import sqlalchemy as sa
from alembic import op

from portal.tenancy.migrating import begin_again

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ENVELOPE = (
    "octet_length(because) BETWEEN 64 AND 16777248"
    " AND (octet_length(because) - 32) & (octet_length(because) - 33) = 0"
    " AND get_byte(because, 0) = 1 AND get_byte(because, 1) = 1"
)
CHECKS = {
    "because_envelope": ENVELOPE,
    "corrected_because": "(corrects_id IS NULL) = (because IS NULL)",
    "withdrawn_by_a_correction": "NOT withdrawn OR corrects_id IS NOT NULL",
}
CORRECTS = (
    "ALTER TABLE disclosures ADD CONSTRAINT fk_disclosures_corrects_id"
    " FOREIGN KEY (tenant_id, corrects_id) REFERENCES disclosures (tenant_id, id)"
    " ON DELETE RESTRICT NOT VALID"
)

THERE = """EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = 'disclosures'::regclass AND attname = 'corrects_id')
"""


def upgrade() -> None:
    begin_again(THERE, downgrade)
    op.add_column("disclosures", sa.Column("corrects_id", sa.BigInteger(), nullable=True))
    op.add_column("disclosures", sa.Column("because", sa.LargeBinary(), nullable=True))
    op.add_column(
        "disclosures",
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    for name, condition in CHECKS.items():
        op.execute(
            f"ALTER TABLE disclosures ADD CONSTRAINT ck_disclosures_{name}"
            f" CHECK ({condition}) NOT VALID"
        )
    op.execute(CORRECTS)
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_disclosures_corrects_id"
            " ON disclosures (tenant_id, corrects_id)"
        )
        op.execute(
            "ALTER TABLE disclosures ADD CONSTRAINT uq_disclosures_corrects_id"
            " UNIQUE USING INDEX uq_disclosures_corrects_id"
        )
        for name in (*(f"ck_disclosures_{each}" for each in CHECKS), "fk_disclosures_corrects_id"):
            op.execute(f"ALTER TABLE disclosures VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    for name in ("corrects_id", "because", "withdrawn"):
        op.drop_column("disclosures", name)
