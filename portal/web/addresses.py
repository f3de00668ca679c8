"""Addresses: a number that no record can have leads nowhere, before any query sees it.

Templates write the same addresses over and over, so those are remembered.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Flask, has_request_context, request
from werkzeug.routing import IntegerConverter, Map

from portal.web.static_files import changed_at

LARGEST = 2**63 - 1
# Of characters: more than any address of ours has.
LONGEST = 2_000
# What is longer in an address was typed, and would fill the memory if it were remembered.
SHORT = 64


class RecordNumber(IntegerConverter):
    """`<int:…>` up to what a bigint holds."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **options})


def parts_of(address: str | None) -> SplitResult:
    """The parts of an address that a client named, which may be none at all: then all are empty."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def own_address(address: str | None) -> str:
    """The address when it is one of ours, else the first page."""
    named = address or ""
    parts = parts_of(named)
    foreign = parts.scheme or parts.netloc or "\\" in named or not named.isprintable()
    foreign = foreign or len(named) > LONGEST
    # However many slashes it begins with, a browser takes what follows two of them for a host.
    if foreign or not named.startswith("/") or named.startswith("//"):
        return "/"
    return named


def init_app(app: Flask) -> None:
    """Read every number this way; before any route is added."""
    app.url_map.converters["int"] = RecordNumber
    app.jinja_env.globals["url_for"] = _remembering(app)


def _remembering(app: Flask) -> Callable[..., str]:
    """Flask's `url_for` for templates.

    What is static has a version, which changes with its file, and what begins with a dot depends
    on the page; otherwise an address only follows where the portal is mounted.
    """

    @lru_cache(8192)
    def address(_mounted_at: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    @lru_cache(512)
    def of_file(_mounted_at: str, name: str, _changed_at: int | None) -> str:
        return app.url_for("static", filename=name)

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint[0] == "." or not has_request_context():
            return app.url_for(endpoint, **values)
        if endpoint == "static" and len(values) == 1:
            name: str = values["filename"]
            return of_file(request.root_path, name, changed_at(name))
        if all(map(_is_short, values.values())):
            return address(request.root_path, endpoint, tuple(values.items()))
        return app.url_for(endpoint, **values)

    return url_for


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) < SHORT
    return value is None or isinstance(value, int) or type(value) is date
