"""The area's screens."""

from portal.activity.views import glass, log, patients
from portal.activity.views.blueprint import bp

__all__ = ["bp", "glass", "log", "patients"]
