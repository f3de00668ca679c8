"""The area's blueprint, which its views register on."""

from flask import Blueprint

# No prefix: the board is also the first page.
bp = Blueprint("appointments", __name__)
