"""The area's screens."""

from portal.patients.views import charting, merging, records
from portal.patients.views.blueprint import bp

__all__ = ["bp", "charting", "merging", "records"]
