"""The area's screens."""

from portal.availability.views import exceptions, holidays, month, orphans, places, weekly
from portal.availability.views.blueprint import bp

__all__ = ["bp", "exceptions", "holidays", "month", "orphans", "places", "weekly"]
