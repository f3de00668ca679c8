"""The area's blueprint."""

from flask import Blueprint

bp = Blueprint("auth", __name__)
