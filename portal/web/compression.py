"""gzip for text, for browsers that take it and no proxy in front that does.

The CSRF token in a page is a secret beside reflected text; a length oracle (BREACH) would need the
cookie on another site's requests, which SameSite=Lax and Sec-Fetch-Site keep back.
"""

import gzip
import re
from functools import lru_cache

from flask import Response, request

WORTH_IT = 860
KINDS = ("text/", "application/json", "application/javascript", "image/svg")


# Comments, lines with nothing in them, and how far a line is indented.
UNREAD = {
    "javascript": re.compile(rb"^ *(//.*)?\n|^ +", re.MULTILINE),
    "css": re.compile(rb"/\*.*?\*/\s*|^ *\n|^ +", re.DOTALL | re.MULTILINE),
}
# A text is kept as it is; so is a line of a script with a slash: that may begin a pattern.
TEXT = rb"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`)"""
# Beside these a space says nothing, nor does a new line after some of them.
AIRY = {
    "javascript": re.compile(
        rb"^(.*/.*)$|" + TEXT + rb"| *(=>|[!=]==|&&|\|\||[=?:{}(),;]) *(?:(?<=[;{,])\n)?",
        re.MULTILINE,
    ),
    "css": re.compile(TEXT + rb"|;?\s*(})\s*|\s*({)\s*|([:;,])\s+"),
}


@lru_cache(maxsize=64)
def packed(data: bytes, mimetype: str) -> bytes:
    """A static file as it is sent: scripts and styles without what only their readers need."""
    return gzip.compress(lean(data, mimetype.rpartition("/")[2]), 9, mtime=0)


def lean(data: bytes, kind: str) -> bytes:
    """A script or style without comments, and without the space between its signs."""
    if kind not in UNREAD:
        return data
    read = UNREAD[kind].sub(b"", data)
    return AIRY[kind].sub(lambda found: b"".join(found.groups(b"")), read)


def compress(response: Response) -> Response:
    """Compress a response worth compressing."""
    if not (response.mimetype or "").startswith(KINDS):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) >= WORTH_IT:
        static = request.endpoint == "static"
        small = packed(data, response.mimetype) if static else gzip.compress(data, 6)
        response.set_data(small)
        response.headers["Content-Encoding"] = "gzip"
        if static:
            # the bytes differ from the file's, and a strong validator promises the same bytes
            response.set_etag(response.get_etag()[0] or "", weak=True)
    return response
