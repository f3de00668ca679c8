"""The server's worker: what cannot be read never reaches the portal, and is answered here.

The server's own answer has none of the headers and repeats what was sent, and its log has it too.
"""

import os
import socket
from contextlib import suppress
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import Any

from gunicorn.http import errors
from gunicorn.workers.sync import SyncWorker

from portal.web import rounds
from portal.web.conversations import Conversation, Unsaid
from portal.web.logs import log
from portal.web.security import headers_of
from portal.web.uploads import longest_body

REFUSED = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    Unsaid: HTTPStatus.LENGTH_REQUIRED,
}
WORDS = b"This request cannot be answered.\n"


# So many connections, and so many bytes of them, are kept by one worker. When there is no room, who
# has been at it longest makes some: a whole request is there for milliseconds.
MOST = 400
ROOM = 64 * 1024 * 1024
SECONDS_TO_STOP = 3.0
CALLED = 1.0


class Worker(SyncWorker):  # type: ignore[misc]
    """A worker that answers one request at a time, and waits for none.

    It takes what has arrived of many, and hands the portal those that are whole.
    """

    def run(self) -> None:
        """Serve until told to end, then those who are still here for a moment."""
        self._open: dict[Conversation, int] = {}
        self._longest = longest_body(self.wsgi)
        with DefaultSelector() as self._waiting:
            self._waiting.register(self.PIPE[0], EVENT_READ)
            self._listen()
            while self.alive and self.is_parent_alive():
                self._turn()
            self._leave()

    def _listen(self) -> None:
        for listener in self.sockets:
            listener.setblocking(False)
            self._waiting.register(listener, EVENT_READ)

    def _leave(self) -> None:
        for listener in self.sockets:
            self._waiting.unregister(listener)
        until = monotonic() + SECONDS_TO_STOP
        while self._open and monotonic() < until:
            self._turn()

    def _turn(self) -> None:
        """Go on with whoever has something to say or room to take; take in one who comes."""
        self.notify()
        rounds.begin()
        for key, _events in self._waiting.select(CALLED):
            if key.fileobj == self.PIPE[0]:
                os.read(self.PIPE[0], 4096)
            elif isinstance(key.fileobj, Conversation):
                self._go_on(key.fileobj)
            else:
                self._take_in(key.fileobj)
        self._make_room()

    def _take_in(self, listener: Any) -> None:
        # Another worker may have been quicker.
        with suppress(BlockingIOError, ConnectionAbortedError):
            client, address = listener.accept()
            conversation = Conversation(listener, client, address)
            self._open[conversation] = 0
            self._go_on(conversation)

    def _go_on(self, conversation: Conversation) -> None:
        conversation.take()
        conversation.go_on()
        if not conversation.answered:
            self._answer(conversation)
        if conversation.over:
            self._close(conversation)
        else:
            self._await(conversation)

    def _answer(self, conversation: Conversation) -> None:
        """Answer a request that is whole."""
        try:
            if not conversation.whole(self.cfg, self._longest):
                return
            self.handle_request(
                conversation.listener, conversation.request, conversation, conversation.address
            )
        except StopIteration:
            pass  # it failed amid its answer, and the server has cut that off
        except (Exception, SystemExit) as error:  # the server's word for having taken too long
            self.handle_error(conversation.request, conversation, conversation.address, error)
        conversation.answer_given()

    def _await(self, conversation: Conversation) -> None:
        """Be called when the client says something, or takes what waits for it."""
        awaited = EVENT_WRITE if conversation.writes else EVENT_READ
        known = self._open[conversation]
        if not known:
            self._waiting.register(conversation, awaited)
        elif known != awaited:
            self._waiting.modify(conversation, awaited)
        self._open[conversation] = awaited

    def _close(self, conversation: Conversation) -> None:
        if self._open.pop(conversation):
            self._waiting.unregister(conversation)
        conversation.close()

    def _make_room(self) -> None:
        """Hang up on who takes too long, and on the first ones when there are too many."""
        now, kept = monotonic(), sum(map(len, self._open))
        for conversation in list(self._open):
            if len(self._open) > MOST or kept > ROOM or conversation.until < now:
                kept -= len(conversation)
                self._close(conversation)

    def handle_error(
        self,
        _request: Any,
        client: socket.socket | Conversation,
        _address: Any,
        error: BaseException,
    ) -> None:
        """Say that it cannot be answered, and no more."""
        status = status_of(error)
        log.warning("not answered", status=int(status), error=type(error).__name__)
        try:
            client.sendall(answer(status, secure=self.wsgi.config["SESSION_COOKIE_SECURE"]))
        except OSError:
            log.info("not there any more", status=int(status))


def status_of(error: BaseException) -> HTTPStatus:
    """The status of a failed request: the client's mistake, or ours."""
    usual = (
        HTTPStatus.BAD_REQUEST
        if isinstance(error, errors.ParseException)
        else HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return next((status for kind, status in REFUSED.items() if isinstance(error, kind)), usual)


def answer(status: HTTPStatus, *, secure: bool) -> bytes:
    """The whole answer, as it goes over the wire."""
    headers = {
        **headers_of(secure=secure),
        "Cache-Control": "no-store",
        "Vary": "HX-Request",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": len(WORDS),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + WORDS
