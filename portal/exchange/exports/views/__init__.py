"""/exchange/exports/ and /exchange/made/."""

from portal.exchange.blueprint import bp
from portal.exchange.exports.views import lists, made

__all__ = ["bp", "lists", "made"]
