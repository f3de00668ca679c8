"""The area's screens."""

from portal.insurance.views import acceptance, marking, payers, plans
from portal.insurance.views.blueprint import bp

__all__ = ["acceptance", "bp", "marking", "payers", "plans"]
