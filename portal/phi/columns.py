"""Constraints of the database on a column that holds encrypted text."""

from sqlalchemy import CheckConstraint

from portal.phi.envelopes import LARGEST, OVERHEAD, SMALLEST


def is_envelope(column: str) -> CheckConstraint:
    """A named CHECK that refuses anything that is no AES-256-GCM envelope of version 1.

    Its two header bytes are right, and what is not header, nonce or tag is as long as a padded
    plaintext: a power of two, from the smallest bucket to the largest.
    """
    size = f"octet_length({column})"
    return CheckConstraint(
        f"{size} BETWEEN {OVERHEAD + SMALLEST} AND {OVERHEAD + LARGEST}"
        f" AND ({size} - {OVERHEAD}) & ({size} - {OVERHEAD + 1}) = 0"
        f" AND get_byte({column}, 0) = 1 AND get_byte({column}, 1) = 1",
        name=f"{column}_envelope",
    )
