"""Numbers in addresses: one that no record can have leads nowhere, before any query sees it."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1


class RecordNumber(IntegerConverter):
    """`<int:…>` up to what a bigint holds."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **options})


def init_app(app: Flask) -> None:
    """Read every number this way; before any route is added."""
    app.url_map.converters["int"] = RecordNumber
