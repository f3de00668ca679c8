"""The area's blueprint, which its views register on."""

from flask import Blueprint

bp = Blueprint("insurance", __name__, url_prefix="/insurance")
