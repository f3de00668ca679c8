"""Static addresses carry a hash of the file, so that browsers may keep them for years."""

import hashlib
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
    if endpoint != "static" or "v" in values or name.startswith("vendor/"):
        return
    path = Path(current_app.static_folder or "") / name
    if path.is_file():
        values["v"] = _hash(path, path.stat().st_mtime_ns)


def init_app(app: Flask) -> None:
    """Version every `url_for("static", ...)`."""
    app.url_defaults(add_version)
