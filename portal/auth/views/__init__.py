"""Signing in, the second factor, and one's own account."""

from portal.auth.views import account, factor, passkeys, sign_in
from portal.auth.views.blueprint import bp

__all__ = ["account", "bp", "factor", "passkeys", "sign_in"]
