"""What the portal exports in one language, it reads back in every other.

The kind: a file's headings were matched by their English names alone, so that what was exported in
Spanish had to be matched column by column, by hand.
"""

import pytest
from flask_babel import gettext

from portal.app import registered
from portal.exchange.imports.forms import in_every_language
from portal.exchange.imports.rules import guessed, letters
from portal.web.languages import offered, speaking

SHEETS = registered()
# What is exported as which list, and imported as which kind.
BOTH = {"doctors": "doctors", "plans": "plans", "services": "services", "patients": "patients"}


def matched(kind: str, header: list[str]) -> dict[str, int]:
    known = in_every_language(kind)
    columns = SHEETS.imports[kind].columns
    return guessed(columns, [known.get(letters(each), each) for each in header])


@pytest.mark.parametrize("kind", BOTH)
def test_the_headings_of_an_export_are_matched_in_every_language(app, kind):
    with app.test_request_context():
        headings = [each.label for each in SHEETS.lists[BOTH[kind]].headings]
        english = guessed(SHEETS.imports[kind].columns, headings)
        assert len(english) > 2
        for language in offered(app):
            with speaking(language):
                header = [gettext(each) for each in headings]
            assert matched(kind, header) == english


@pytest.mark.parametrize("kind", SHEETS.imports)
def test_the_words_of_the_import_itself_are_matched_too(app, kind):
    with app.test_request_context(), speaking("es"):
        header = [gettext(column.label) for column in SHEETS.imports[kind].columns]
        assert len(matched(kind, header)) == len(SHEETS.imports[kind].columns)
