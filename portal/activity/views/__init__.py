"""The area's screens."""

from portal.activity.views import log, patients
from portal.activity.views.blueprint import bp

__all__ = ["bp", "log", "patients"]
