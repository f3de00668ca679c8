"""The area's screens."""

from portal.sheets.views import exporting, importing
from portal.sheets.views.blueprint import bp

__all__ = ["bp", "exporting", "importing"]
