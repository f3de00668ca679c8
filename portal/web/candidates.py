"""The type-ahead list of a field."""

from flask import Response, request

from portal.web.answers import page
from portal.web.forms.fields import tidy_line
from portal.web.forms.picking import SHOWN, Source

LEAST_LETTERS = 2
PAGE, LIST = "components/candidates.html", "components/_candidates.html"


def candidates(source: Source) -> Response:
    """The first that match what was typed, and that there are more."""
    typed = tidy_line(request.form.get("q")) or ""
    found = source.find(typed, SHOWN + 1) if len(typed) >= LEAST_LETTERS else ()
    purpose = request.form.get("purpose", "")
    return page(
        PAGE, LIST, found=found[:SHOWN], more=len(found) > SHOWN, typed=typed, most=SHOWN,
        purpose=purpose if purpose.replace("_", "").isalnum() else "choice",
    )  # fmt: skip
