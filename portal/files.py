"""Files that are made once, whole, and read by their owner only."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def made_once(path: Path, content: Callable[[], str]) -> Path:
    """A file that only we can read, made the first time; of two processes, one makes it.

    Whoever is killed under way leaves no part of it behind under that name.

    Args:
        path: the file; its folder is there.
        content: what to write if it is missing.
    """
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w") as file:
            file.write(content())
            os.fchmod(handle, 0o400)
        with suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return path
