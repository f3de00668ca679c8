"""The server's worker: what cannot be read never reaches the portal, and is answered here.

The server's own answer has none of the headers and repeats what was sent, and its log has it too.
"""

import socket
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.workers.sync import SyncWorker

from portal.web.logs import log
from portal.web.security import headers_of

REFUSED = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}
WORDS = b"This request cannot be answered.\n"


class Worker(SyncWorker):  # type: ignore[misc]
    """A worker of one request at a time."""

    def handle_error(
        self, _request: Any, client: socket.socket, _address: Any, error: BaseException
    ) -> None:
        """Say that it cannot be answered, and no more."""
        status = status_of(error)
        log.warning("not answered", status=int(status), error=type(error).__name__)
        try:
            client.sendall(answer(status, secure=self.wsgi.config["SESSION_COOKIE_SECURE"]))
        except OSError:
            log.info("not there any more", status=int(status))


def status_of(error: BaseException) -> HTTPStatus:
    """What is said of a request: the client's mistake, or ours."""
    usual = (
        HTTPStatus.BAD_REQUEST
        if isinstance(error, errors.ParseException)
        else HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return next((status for kind, status in REFUSED.items() if isinstance(error, kind)), usual)


def answer(status: HTTPStatus, *, secure: bool) -> bytes:
    """The whole answer, as it goes over the wire."""
    said = {
        **headers_of(secure=secure),
        "Cache-Control": "no-store",
        "Vary": "HX-Request",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": len(WORDS),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in said.items()]
    return "\r\n".join([*lines, "", ""]).encode() + WORDS
