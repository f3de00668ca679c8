"""The area's screens."""

from portal.exchange.blueprint import bp
from portal.sheets.views import exporting, importing

__all__ = ["bp", "exporting", "importing"]
