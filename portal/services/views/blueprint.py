"""The area's blueprint, which its views register on."""

from flask import Blueprint

bp = Blueprint("services", __name__, url_prefix="/services")
