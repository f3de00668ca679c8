"""Registrations: `register.py` of an area has its AREA, and `Areas` is all of them together."""
