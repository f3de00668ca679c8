"""Between rows, files and the parts that are kept."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence

from portal.registry.lists import Cell

# Well below the largest envelope, and little padding.
PIECE = 4 * 1024 * 1024 - 64


def rows_packed(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Rows as one part keeps them."""
    return zlib.compress(json.dumps([list(row) for row in rows], ensure_ascii=False).encode())


def rows_unpacked(contents: Iterable[bytes]) -> Iterator[list[Cell]]:
    """The rows of all parts."""
    for content in contents:
        yield from json.loads(zlib.decompress(content))


def pieces(file: bytes) -> list[bytes]:
    """A file as its parts keep it."""
    packed = zlib.compress(file)
    return [packed[start : start + PIECE] for start in range(0, len(packed), PIECE)]


def unpacked(contents: Iterable[bytes]) -> bytes:
    """The file of all parts."""
    return zlib.decompress(b"".join(contents))
