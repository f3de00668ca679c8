"""A file as an answer, named for what it is and its day."""

from flask import Response

from portal import clock

KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(content: bytes, name: str, kind: str, *, suffix: str = "") -> Response:
    """To be kept, and not shown by the browser."""
    said = f"{name}-{clock.now():%Y-%m-%d}{suffix}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{said}"'}
    return Response(content, mimetype=KINDS[kind], headers=headers)
