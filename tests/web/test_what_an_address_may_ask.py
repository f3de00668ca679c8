"""Whatever stands behind the question mark of any address, nothing breaks.

The kind: a value that some statement cannot hold reaches it past the forms. Asked is every GET
there is, with every name that any of them reads.
"""

import re
from functools import cache

import pytest

from portal.config import ROOT
from tests.auth.routes import ROUTES
from tests.auth.test_every_route import addresses, ids_of

pytestmark = pytest.mark.timeout(900)
READ = re.compile(r'(?:request\.args\.get(?:list)?|number_asked)\("(\w+)"')
FIELD = re.compile(r"^    (\w+) = \w*(?:Field|Line)\(", re.MULTILINE)
HOSTILE = ["a%00b", "%00", "1%00", "%ED%A0%80", "%F0%9F%A9%BA", "%E2%80%AE", "%0D%0A", "%27%22%3C"]


def names() -> list[str]:
    """Every name that a view or a form reads from an address."""
    found = set()
    for file in (ROOT / "portal").rglob("*.py"):
        source = file.read_text()
        found |= {*READ.findall(source), *FIELD.findall(source)}
    return sorted(found)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_value_of_any_name_is_a_mistake_of_ours(app, browser, alder, hostile):
    query = "&".join(f"{name}={hostile}" for name in names())
    assert "q=" in query
    browser.sign_in(alder.owner)
    of_subject = cache(lambda subject: ids_of(alder, subject))
    asked = [
        address
        for endpoint, route in ROUTES.items()
        if endpoint not in {"static", "auth.welcome", "readyz"}
        for method, address in addresses(app, endpoint, of_subject(route.subject))
        if method == "GET"
    ]
    assert len(asked) > 90
    for address in asked:
        assert browser.get(f"{address}?{query}").status_code < 500, address
