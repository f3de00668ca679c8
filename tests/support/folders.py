"""Folders that servers lie in, where they are quickest made and dropped."""

import shutil
import tempfile
from pathlib import Path

import psutil

# A database is some hundred files, and most tests that commit have one of their own.
MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory
ROOM = 6 * 2**30  # bytes; a run of all tests takes about one of the six


def new_folder(name: str) -> Path:
    """A new folder, in memory where that has room; whoever asks for it drops it.

    Not `tmp_path`: pytest closes that to the account that root lends to PostgreSQL.
    """
    return Path(tempfile.mkdtemp(prefix=f"portal-{name}-", dir=MEMORY if _has_room() else None))


def _has_room() -> bool:
    if not MEMORY.is_dir():
        return False
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM
