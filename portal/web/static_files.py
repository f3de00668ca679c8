"""Static addresses carry a hash of the file, so that browsers may keep them for years."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app


@lru_cache(maxsize=256)
def _hash(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def add_version(endpoint: str, values: dict[str, Any]) -> None:
    """Add `v` to the address of our own files; vendored ones carry a version in their name."""
    name = values.get("filename", "")
    if endpoint != "static" or "v" in values:
        return
    changed = changed_at(name)
    if changed is not None:
        values["v"] = _hash(Path(current_app.static_folder or "") / name, changed)


def changed_at(name: str) -> int | None:
    """When a file of our own was changed, in nanoseconds; None of a vendored one, and of none."""
    if name.startswith("vendor/"):
        return None
    try:
        return os.stat(f"{current_app.static_folder}/{name}").st_mtime_ns
    except OSError:
        return None


def init_app(app: Flask) -> None:
    """Version every `url_for("static", ...)`."""
    app.url_defaults(add_version)
