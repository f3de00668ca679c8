"""The area's blueprint, which its views register on."""

from flask import Blueprint

bp = Blueprint("availability", __name__, url_prefix="/availability")
