"""A file as an answer, named for what it is and the clinic's day."""

from flask import Response

from portal import clock
from portal.tenancy.context import request_context

KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(content: bytes, name: str, kind: str, *, suffix: str = "") -> Response:
    """To be kept, and not shown by the browser."""
    filename = f"{name}-{clock.today_in(request_context().timezone):%Y-%m-%d}{suffix}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(content, mimetype=KINDS[kind], headers=headers)
