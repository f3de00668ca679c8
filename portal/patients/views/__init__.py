"""The area's screens."""

from portal.patients.views import merging, records
from portal.patients.views.blueprint import bp

__all__ = ["bp", "merging", "records"]
