"""Every catalogue says everything that the portal says, with the same places filled in."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from portal.web.languages import OWN
from tests.support import pseudo
from tools import messages

FILES = sorted(OWN.glob("*/LC_MESSAGES/messages.po"))
PLACE = re.compile(r"%\(\w+\)[a-z]|%%")
# what surrounds a message in the sentence or list it is part of
ENDS = re.compile(r"[.?!:,]?$")


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.parts[-3])
def catalog(request) -> Catalog:
    return messages.read(request.param)


def said(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def test_it_is_as_make_messages_writes_it(catalog):
    file = OWN / str(catalog.locale) / "LC_MESSAGES" / "messages.po"
    assert file.read_text() == messages.as_written(messages.updated(file)), "run make messages"


def test_nothing_is_left_in_english(catalog):
    assert messages.untranslated(catalog) == []
    assert [message.id for message in said(catalog) if message.fuzzy] == []


def test_each_place_of_a_message_is_in_each_of_its_translations(catalog):
    wrong = [
        (message.id, form)
        for message in said(catalog)
        for form in forms(message.string)
        if set(PLACE.findall(form)) not in [set(PLACE.findall(each)) for each in forms(message.id)]
    ]
    assert wrong == []


def test_a_sentence_stays_one_and_a_word_stays_one(catalog):
    wrong = [
        (message.id, message.string)
        for message in said(catalog)
        if isinstance(message.id, str)
        and ENDS.search(message.id).group() != ENDS.search(message.string).group()  # type: ignore[union-attr]
    ]
    assert wrong == []


def test_the_languages_that_nobody_speaks_keep_every_place():
    for message in said(messages.collected()):
        for words in forms(message.id):
            for made in (pseudo.lengthened(words), pseudo.turned(words)):
                assert PLACE.findall(made) == PLACE.findall(words)
                assert len(made) > len(words)
