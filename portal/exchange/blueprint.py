"""The area's blueprint: imports/, exports/, and made/ for those that the worker makes."""

from flask import Blueprint

bp = Blueprint("exchange", __name__, url_prefix="/exchange")
