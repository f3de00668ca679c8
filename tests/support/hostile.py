"""Requests that nobody means well with: values, bodies, headers and cookies, from one seed."""

import sys
import unicodedata
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from random import Random
from typing import NamedTuple
from urllib.parse import quote

Fields = list[tuple[str, str]]

NUMBERS = ["0", "-1", "1e400", "NaN", "2" * 19, "9" * 400, "0x1f", "1.5", "٣", "²", "1_0", "+7"]
DATES = [
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-03-08T02:30",
    "2026-W53", "today", "25:61", "24:00", "2026-06-01T10:00+99:99", "-2026-01-01",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
]  # fmt: skip
TEXTS = [
    "", " ", "\t\r\n", "a\0b", "\0", "%", "_%\\", "' OR 1=1 --", "{{7*7}}", "%(name)s", "%s%n",
    "<script>alert(1)</script>", "=1+1", "../../etc/passwd", "\u202e\u2066abc", "e\u0301" * 300,
    "\ufeff", "\ufdd0", "\U0010ffff", "null", "true", "[]", "{}", "[1", "x" * 10_000, "Á" * 501,
    "00000000-0000-0000-0000-000000000000", "a@b", "//evil.example", "javascript:alert(1)",
]  # fmt: skip
# As they stand in a body: what is no UTF-8, a surrogate by itself, half a percent sign.
BYTES = [b"\xff\xfe", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xc3", b"\xf4\x90\x80\x80", b"\x80" * 9]
BROKEN = ["%", "%zz", "%u0041", "a=b", ";", "&&"]

TYPES = [
    "application/x-www-form-urlencoded; charset=utf-7", "application/json", "text/plain", "",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b",
    "application/x-www-form-urlencoded; boundary=\xff", "image/png", "a/b/c;;=", "x" * 500,
]  # fmt: skip
PARTS = [
    b"", b"--b", b"--b--", b"--b\r\n\r\n",
    b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="../a\0"\r\n\r\nx\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="q"; name="r"\r\nContent-Type: \xff\r\n\r\n\xed',
    b"--b\r\n" + b"A: b\r\n" * 300 + b"\r\n--b--", b'{"a": "\\ud800", "a": [[[[1e999]]]]}',
    b"[" * 9_000,
    b'--b\r\nContent-Disposition: form-data; name="q"\r\nContent-Transfer-Encoding: base64'
    b"\r\n\r\n=\r\n--b--\r\n",
]  # fmt: skip
HEADERS = [
    "Accept", "Accept-Language", "Content-Encoding", "Content-Length", "Cookie",
    "Forwarded", "Host", "HX-Current-URL", "HX-Request", "HX-Target", "If-Match",
    "If-Modified-Since", "If-None-Match", "Origin", "Range", "If-Range", "Referer",
    "Sec-Fetch-Site", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto",
    "X-HTTP-Method-Override", "X-CSRFToken", "Authorization", "Transfer-Encoding", "X-Original-URL",
    "Date",
]  # fmt: skip
HEADER_VALUES = [
    "true", "*", "bytes=0-,5-1", "bytes=-1", "gzip;q=0, *;q=9", "xx-\xff;q=1e9", "en;q=",
    "\xff\xfe", "http://[::1", "https://evil.example/", "http://localhost:99999/x", "W/\"",
    "a" * 4_000, "-1", "1, 2", "Sun, 99 Foo 0000 99:99:99 GMT", "null", "cross-site",
    "unknown, for=\"", "[", "a=b=c;;",
]  # fmt: skip
LEFT_OUT = 0.1
WITH_COOKIES = 0.3
COOKIES = ["portal", "session", "clinic", "device", "__Host-portal", "__Host-session"]


class Form(NamedTuple):
    """A form of a page, as it would be sent."""

    address: str
    fields: Fields


class Forms(HTMLParser):
    """The forms of a page that are posted."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address, self.found = address, list[Form]()
        self._form: Form | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field with the value that it has."""
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            posted = named.get("method", "").lower() == "post"
            self._form = Form(named.get("action") or self.address, []) if posted else None
            self.found += [self._form] if self._form else []
        elif tag == "select":
            self._select = named.get("name")
        elif self._form is not None:
            self._take(tag, named)

    def _take(self, tag: str, named: dict[str, str]) -> None:
        fields = self._form.fields if self._form else []
        if tag == "option" and self._select:
            if "selected" in named or self._select not in dict(fields):
                fields.append((self._select, named.get("value", "")))
        elif tag in {"input", "textarea", "button"} and named.get("name"):
            fields.append((named["name"], named.get("value", "")))


@cache
def letters() -> dict[str, list[str]]:
    """Every character there is, by its Unicode category; surrogates apart."""
    found = defaultdict(list)
    for number in range(sys.maxunicode + 1):
        if not 0xD800 <= number <= 0xDFFF:
            found[unicodedata.category(chr(number))].append(chr(number))
    return found


class Ill:
    """Makes requests, the same ones from the same seed."""

    def __init__(self, seed: str, names: list[str]) -> None:
        self.random, self.names = Random(seed), names

    def value(self) -> bytes:
        """Something for a field, as it stands in a body or an address."""
        of = self.random
        words = of.choice([NUMBERS, DATES, TEXTS, BYTES, BROKEN, None])
        if words is None:
            category = letters()[of.choice(sorted(letters()))]
            return quote("".join(of.choices(category, k=of.randint(1, 9)))).encode()
        chosen = of.choice(words)
        if words is BROKEN:
            return str(chosen).encode()
        return quote(chosen).encode()

    def query(self) -> bytes:
        """What stands behind the question mark; now and then a name twice."""
        names = self.random.choices(self.names, k=self.random.randint(0, 6))
        return b"&".join(quote(name).encode() + b"=" + self.value() for name in names)

    def spoiled(self, form: Form, token: str) -> bytes:
        """The form as it would be sent, but for a field or two."""
        names = [name for name, _value in form.fields if name != "csrf_token"] or self.names
        spoiled = self.random.sample(names, min(len(names), self.random.randint(1, 3)))
        kept = [
            (name, quote(value).encode())
            for name, value in form.fields
            if name not in spoiled and name != "csrf_token" and self.random.random() > LEFT_OUT
        ]
        changed = [(name, self.value()) for name in spoiled * self.random.choice([1, 1, 1, 2])]
        pairs = [("csrf_token", quote(token).encode()), *kept, *changed]
        return b"&".join(quote(name).encode() + b"=" + value for name, value in pairs)

    def body(self) -> bytes:
        """One that is no form."""
        whole = self.random.choice([*PARTS, self.query(), self.random.randbytes(300)])
        return whole * self.random.choice([1, 1, 1, 40])

    def headers(self) -> dict[str, str]:
        """A few, and cookies nobody gave."""
        sent = {
            name: self.random.choice(HEADER_VALUES)
            for name in self.random.sample(HEADERS, self.random.randint(1, 4))
        }
        if self.random.random() < WITH_COOKIES:
            values = [self.random.choice([*HEADER_VALUES, *map(repr, TEXTS)]) for _ in range(3)]
            pairs = zip(self.random.choices(COOKIES, k=3), values, strict=True)
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in pairs)
        return {
            name: value.encode("latin-1", "replace").decode("latin-1")
            for name, value in sent.items()
        }
