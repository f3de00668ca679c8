"""The area's blueprint, which its views register on."""

from flask import Blueprint

bp = Blueprint("absences", __name__)
