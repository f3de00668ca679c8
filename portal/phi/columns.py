"""What the database itself demands of a column that holds encrypted text."""

from sqlalchemy import CheckConstraint


def is_envelope(column: str) -> CheckConstraint:
    """A named CHECK that refuses anything that is no AES-256-GCM envelope of version 1.

    Two header bytes, two of key version, a 12-byte nonce, at least 16 bytes of padded
    ciphertext and a 16-byte tag.
    """
    return CheckConstraint(
        f"octet_length({column}) >= 48 AND get_byte({column}, 0) = 1 AND get_byte({column}, 1) = 1",
        name=f"{column}_envelope",
    )
