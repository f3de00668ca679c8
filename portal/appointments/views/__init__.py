"""/appointments/: the board, booking, and each visit's life."""

from importlib import import_module

from portal.appointments.views.blueprint import bp

VIEWS = (
    "day", "offers", "booking", "visits", "moving", "editing", "cancelling", "correcting", "gone",
    "series", "steps", "reversals", "roster", "patients", "status", "waitlist", "starts", "walk_in",
)  # fmt: skip
for _name in VIEWS:
    import_module(f"{__name__}.{_name}")

__all__ = ["bp"]
