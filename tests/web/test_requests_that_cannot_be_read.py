"""What the server refuses before the portal sees it: with every header, and nothing repeated."""

import json
import socket
from email import message_from_bytes
from email.message import Message
from urllib.parse import urlsplit

import pytest

from portal.app import BODY_LIMIT
from tests.auth.test_the_second_factor import demand, give_password
from tests.support.client import ALWAYS, HTMX, POLICY
from tests.support.databases import Database
from tests.support.serving import serving

CANARY = b"Canaryella"
HOST = b"Host: localhost\r\n"
UNREADABLE = {
    "no request": (400, CANARY + b"\r\n\r\n"),
    "a method that is none": (400, b"C{" + CANARY + b" / HTTP/1.1\r\n" + HOST + b"\r\n"),
    "another protocol": (400, b"GET /" + CANARY + b" HTTP/9.9\r\n" + HOST + b"\r\n"),
    "a header without a name": (400, b"GET / HTTP/1.1\r\n: " + CANARY + b"\r\n\r\n"),
    "a header with a NUL in it": (400, b"GET / HTTP/1.1\r\nA: \0" + CANARY + b"\r\n\r\n"),
    "two lengths": (
        400, b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nx",
    ),
    "a length that is no number": (
        400, b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -" + CANARY + b"\r\n\r\n",
    ),
    "a length and chunks": (
        400,
        b"POST / HTTP/1.1\r\n" + HOST
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "an unknown coding": (
        501, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: " + CANARY + b"\r\n\r\n",
    ),
    "an endless address": (414, b"GET /" + CANARY * 1000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
    "an endless header": (431, b"GET / HTTP/1.1\r\nA: " + CANARY * 4000 + b"\r\n\r\n"),
}  # fmt: skip


def exchange(address: str, sent: bytes) -> tuple[int, Message, bytes]:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    first, _, headers = head.partition(b"\r\n")
    return int(first.split()[1]), message_from_bytes(headers), body


def test_it_is_refused_with_every_header_and_repeated_nowhere(own_database: Database, tmp_path):
    with serving(own_database, tmp_path) as server:
        for what, (status, sent) in UNREADABLE.items():
            answered, headers, body = exchange(server.address, sent)
            assert answered == status, what
            assert {name: headers[name] for name in ALWAYS} == ALWAYS, what
            assert all(part in headers["Content-Security-Policy"] for part in POLICY), what
            assert headers["Cache-Control"] == "no-store", what
            assert CANARY not in body + str(headers).encode(), what
            assert "gunicorn" not in headers.get("Server", ""), what
        logged = server.log.read_text()
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [line["status"] for line in lines] == [status for status, _sent in UNREADABLE.values()]
    assert CANARY.decode() not in logged


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("owes", [False, True])
def test_what_nobody_sends_is_refused_however_large_it_is(browser, alder, headers, owes):
    """The kind: whoever answers an error reads what was sent, and meets another."""
    if owes:
        demand(alder)
        give_password(browser, alder.desk)
    sent = {"notes": "x" * (BODY_LIMIT + 1)}
    parts = {f"field-{number}": "x" for number in range(2_000)}
    for address in ("/patients/new", "/exchange/imports/", "/account/language"):
        assert browser.post(address, data=sent, headers=headers).status_code == 401
        many = browser.post(
            address, data=parts, headers=headers, content_type="multipart/form-data"
        )
        assert many.status_code == 401
