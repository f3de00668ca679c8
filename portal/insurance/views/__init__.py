"""The area's screens."""

from portal.insurance.views import acceptance, choices, filling, marking, payers, plans
from portal.insurance.views.blueprint import bp

__all__ = ["acceptance", "bp", "choices", "filling", "marking", "payers", "plans"]
