"""gzip for text, for browsers that take it and no proxy in front that does.

The CSRF token in a page is a secret beside reflected text; a length oracle (BREACH) would need the
cookie on another site's requests, which SameSite=Lax and Sec-Fetch-Site keep back.
"""

import gzip
import re
from functools import lru_cache

from flask import Response, request
from rjsmin import jsmin

WORTH_IT = 860
KINDS = ("text/", "application/json", "application/javascript", "image/svg")


# Comments, lines with nothing in them, and how far a line is indented.
UNREAD = re.compile(r"/\*.*?\*/\s*|^ *\n|^ +", re.DOTALL | re.MULTILINE)


@lru_cache(maxsize=64)
def packed(data: bytes, mimetype: str) -> bytes:
    """A static file as it is sent: scripts and styles without what only their readers need."""
    return gzip.compress(lean(data, mimetype.rpartition("/")[2]), 9, mtime=0)


def lean(data: bytes, kind: str) -> bytes:
    """A script or a style sheet without comments, and without space that says nothing."""
    if kind == "javascript":
        return str(jsmin(data.decode())).encode()
    return UNREAD.sub("", data.decode()).encode() if kind == "css" else data


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
