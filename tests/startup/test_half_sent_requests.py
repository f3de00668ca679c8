"""Clients that begin and do not go on, or do not take their answer, keep nobody waiting.

The kind of fault: a worker that waits for one client is lost to all others, and a handful of such
clients is the whole portal.
"""

import socket
from contextlib import ExitStack
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from portal.web.conversations import Conversation
from portal.web.worker import MOST
from tests.support.databases import Database
from tests.support.serving import serving

WORKERS = 2
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
HALVES = {
    "nothing at all": (b"", b""),
    "half a head": (HEAD, b"\r\n"),
    "half a body": (FORM + b"\r\nclin", b"ic=ab"),
    "a head and no body": (FORM + b"\r\n", b"clinic=ab"),
    "a body that was to be asked for": (FORM + b"Expect: 100-continue\r\n\r\n", b"clinic=ab"),
}
UNSAID = (
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
)


def connected(address: str, sent: bytes, stack: ExitStack) -> socket.socket:
    parts = urlsplit(address)
    client = stack.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=60))
    client.sendall(sent)
    return client


def answer(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def test_pages_are_answered_while_hundreds_of_requests_are_half_sent(
    own_database: Database, tmp_path
) -> None:
    with serving(own_database, tmp_path, WEB_CONCURRENCY=str(WORKERS)) as server, ExitStack() as s:
        begun = {
            what: [connected(server.address, first, s) for _ in range(20 * WORKERS)]
            for what, (first, _rest) in HALVES.items()
        }
        for _ in range(3 * WORKERS):
            assert urlopen(f"{server.address}/healthz", timeout=60).status == 200
        for what, (_first, rest) in HALVES.items():
            if rest:
                begun[what][0].sendall(rest)
                assert b"HTTP/1.1 " in answer(begun[what][0]), what
        server.process.terminate()  # and they do not keep it from ending
        assert server.process.wait(20) == 0


def test_whoever_has_been_at_it_longest_makes_room(own_database: Database, tmp_path) -> None:
    with serving(own_database, tmp_path, WEB_CONCURRENCY="1") as server, ExitStack() as stack:
        begun = [connected(server.address, HEAD, stack) for _ in range(MOST + 5)]
        assert urlopen(f"{server.address}/healthz", timeout=60).status == 200
        assert begun[0].recv(1) == b""
        begun[-1].sendall(b"\r\n")
        assert b" 200 OK" in answer(begun[-1])


def test_what_does_not_say_its_length_or_comes_behind_a_request_is_not_read(
    own_database: Database, tmp_path
) -> None:
    with serving(own_database, tmp_path) as server, ExitStack() as stack:
        assert b" 411 " in answer(connected(server.address, UNSAID, stack))
        two = HEAD + b"\r\n" + HEAD + b"\r\n"
        assert answer(connected(server.address, two, stack)).count(b"HTTP/1.1") == 1
        huge = FORM.replace(b": 9", b": 999999999") + b"\r\nx"
        assert b" 413 " in answer(connected(server.address, huge, stack))


@pytest.fixture
def conversation():
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with ours, theirs:
        yield Conversation(ours, ours, ("", 0)), theirs


def test_an_answer_is_kept_until_the_client_takes_it(conversation) -> None:
    kept, client = conversation
    kept.sendall(bytes(1_000_000))
    kept.answer_given()
    assert kept.writes
    assert not kept.over
    taken = 0
    while kept.writes:
        taken += len(client.recv(65536))
        kept.go_on()
    assert taken + len(answer(client)) == 1_000_000
    client.close()
    kept.take()
    assert kept.over


def test_a_client_that_hangs_up_is_not_waited_for(conversation) -> None:
    kept, client = conversation
    kept.sendall(bytes(1_000_000))
    client.close()
    kept.go_on()
    assert kept.over
