"""Signing in, the second factor, and one's own account."""

from portal.auth.views import account, factor, sign_in
from portal.auth.views.blueprint import bp

__all__ = ["account", "bp", "factor", "sign_in"]
