"""One request and its answer over one connection, as far as they have come.

Nobody is waited for: what has arrived is kept until the request is whole, and what the client does
not take yet is kept until it does. To gunicorn it looks like the client's socket.
"""

import socket
from collections.abc import Callable
from time import monotonic
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import LimitRequestHeaders, NoMoreData, ParseException

AT_A_TIME = 256 * 1024
LONGEST_HEAD = 64 * 1024
HEAD_ENDS = b"\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

SECONDS_TO_ARRIVE = 120.0
SECONDS_TO_TAKE = 60.0
SECONDS_TO_LINGER = 2.0


class Unsaid(ParseException):  # type: ignore[misc]
    """A body that does not say beforehand how long it is."""


class CutOff(ParseException):  # type: ignore[misc]
    """The client has nothing more to say, and has not said it all."""


class Conversation:
    """The state of a request, and the part of its answer that has to go.

    Attributes:
        listener: where the client came in.
        address: the client's.
        request: gunicorn's, once its head is here.
        until: by when it has to be further, on the monotonic clock.
        answered: whether the portal is done with it.
    """

    def __init__(self, listener: socket.socket, client: socket.socket, address: Any) -> None:
        client.setblocking(False)
        self.listener, self.address, self._socket = listener, address, client
        self.request: Any = None
        self.answered = False
        self.until = monotonic() + SECONDS_TO_ARRIVE
        self._came, self._goes = bytearray(), bytearray()
        # how much of what comes is gunicorn's to read: the head, then the body
        self._readable = 0
        self._ended = self._lingers = self._gone = False

    def __len__(self) -> int:
        """The bytes that are kept."""
        return len(self._came) + len(self._goes)

    def __bool__(self) -> bool:
        """It is one also while nothing is kept."""
        return True

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    @property
    def writes(self) -> bool:
        """Whether something waits for the client to take it."""
        return bool(self._goes)

    @property
    def over(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self._gone or (self._lingers and self._ended)

    def take(self) -> None:
        """Take what has arrived; what comes after the answer is thrown away."""
        arrived = self._now(lambda: self._socket.recv(AT_A_TIME))
        if arrived is None:
            return
        self._ended = self._ended or not arrived
        if not self.answered:
            self._came += arrived

    def whole(self, config: Any, longest: int) -> bool:
        """Whether the request can be answered: all of it is here, or more than is ever read.

        Args:
            config: gunicorn's.
            longest: bytes of the longest body that any page reads.

        Raises:
            ParseException: it is none, or does not end.
        """
        if self.request is None and not self._read_head(config):
            return False
        if len(self._came) >= self._readable or self._readable > longest:
            return True
        if self._ended:
            raise CutOff
        return False

    def _read_head(self, config: Any) -> bool:
        ends = self._came.find(HEAD_ENDS)
        if ends < 0 and not self._ended and len(self._came) <= LONGEST_HEAD:
            return False
        if not self._came:
            self._gone = True
            return False
        self._readable = ends + len(HEAD_ENDS) if ends >= 0 else len(self._came)
        try:
            self.request = next(get_parser(config, self, self.address))
        except (NoMoreData, StopIteration):
            raise (CutOff if self._ended else LimitRequestHeaders("endless")) from None
        self._readable = length_of(self.request)
        if ("EXPECT", "100-continue") in self.request.headers:
            self.sendall(CONTINUE)
        return True

    def recv(self, size: int) -> bytes:
        """The arrived part of the head, then of the body, for gunicorn; it is never waited for."""
        taken = bytes(self._came[: min(size, self._readable)])
        self._readable -= len(taken)
        del self._came[: len(taken)]
        return taken

    def sendall(self, data: bytes) -> None:
        """Send what the client takes at once, and keep the rest."""
        self._goes += data
        self.go_on()

    send = sendall

    def go_on(self) -> None:
        """Send more of what is kept; when that was all, tell the client so."""
        while self._goes and not self._gone:
            sent = self._now(lambda: self._socket.send(self._goes[:AT_A_TIME]))
            if sent is None:
                break
            del self._goes[:sent]
            self.until = monotonic() + SECONDS_TO_TAKE
        if self.answered and not self._goes and not self._lingers:
            self._linger()

    def answer_given(self) -> None:
        """The portal has said all; what came and was not read is thrown away."""
        self.answered = True
        self.request = None
        self._came.clear()
        self.until = monotonic() + SECONDS_TO_TAKE
        self.go_on()

    def _linger(self) -> None:
        """Wait a moment for the client to hang up: who is hung up on may lose the answer's end."""
        self._lingers = True
        self.until = monotonic() + SECONDS_TO_LINGER
        self._now(lambda: self._socket.shutdown(socket.SHUT_WR))

    def shutdown(self, _how: int) -> None:
        """Gunicorn gives up amid an answer: the client must not take it for a whole one."""
        self._gone = True

    def settimeout(self, _seconds: float) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Hang up."""
        self._gone = True
        self._socket.close()

    def _now(self, act: Callable[[], Any]) -> Any:
        """The result of a socket's act at once; None when it would wait, or cannot any more."""
        try:
            return act()
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            self._gone = True
            return None


def length_of(request: Any) -> int:
    """The bytes of a request's body.

    Raises:
        Unsaid: it comes in chunks, whose number nobody knows.
    """
    reader = request.body.reader
    if isinstance(reader, ChunkedReader):
        raise Unsaid
    return reader.length if isinstance(reader, LengthReader) else 0
