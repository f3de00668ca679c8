"""The area's screens."""

from portal.absences.views import calls, orphans, recording, undoing
from portal.absences.views.blueprint import bp

__all__ = ["bp", "calls", "orphans", "recording", "undoing"]
