"""/appointments/: the board, booking, and each visit's life."""

from importlib import import_module

from portal.appointments.views.blueprint import bp

for _name in (
    "day", "offers", "booking", "visits", "series", "steps", "patients", "waitlist", "starts",
    "walk_in",
):  # fmt: skip
    import_module(f"{__name__}.{_name}")

__all__ = ["bp"]
