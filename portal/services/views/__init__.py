"""The area's screens."""

from portal.services.views import catalogue, offerings, steps, workflows
from portal.services.views.blueprint import bp

__all__ = ["bp", "catalogue", "offerings", "steps", "workflows"]
