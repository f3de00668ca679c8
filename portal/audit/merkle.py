"""Merkle trees over SHA-256, shaped as in RFC 9162 (section 2.1): a lone node rises unpaired."""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
NODE = b"\x01"

Step = tuple[str, bytes]


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for all leaves (32 bytes each) in their order."""
    level = list(leaves) or [EMPTY]
    while len(level) > 1:
        level = _raised(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[Step]:
    """The hashes to put beside one leaf, and on which side, to arrive at the root."""
    steps, level = [], list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            steps.append(("left" if beside < index else "right", level[beside]))
        level, index = _raised(level), index // 2
    return steps


def climb(leaf: bytes, steps: Sequence[Step]) -> bytes:
    """The root at which a leaf and its path arrive."""
    for side, beside in steps:
        pair = beside + leaf if side == "left" else leaf + beside
        leaf = sha256(NODE + pair).digest()
    return leaf


def _raised(level: list[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    raised = [sha256(NODE + left + right).digest() for left, right in pairs]
    if len(level) % 2:
        raised.append(level[-1])
    return raised
