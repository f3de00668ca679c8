"""`make messages`: what people read, collected into each language's catalogue.

A catalogue keeps its translations; a message that is new stands in it without one, which the tests
say until somebody translates it, and one that nothing says any more goes. It names no file or line,
so that it changes when words do and never because code moved.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal.config import ROOT
from portal.web.languages import OWN

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"silent": "false"}}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "N_": None, "gettext": None, "lazy_gettext": None,
    "translate": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
}  # fmt: skip
WIDTH = 100


def collected() -> Catalog:
    """Every message of the code and the templates."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(ROOT / "portal", METHODS, OPTIONS, keywords=KEYWORDS)
    for _file, _line, message, _comments, context in found:
        catalog.add(message, context=context)
    return catalog


def updated(file: Path) -> Catalog:
    """A language's catalogue with the messages of now."""
    language = file.parts[-3]
    kept, now = read(file), collected()
    made = Catalog(locale=language, charset="utf-8", header_comment="")
    for message in now:
        if message.id:
            before = kept.get(message.id, message.context)
            words = before.string if before and not before.fuzzy else message.string
            made.add(message.id, words, flags=message.flags, context=message.context)
    return made


def read(file: Path) -> Catalog:
    """A catalogue as it is written."""
    with file.open("rb") as written:
        return read_po(written, locale=file.parts[-3])


def as_written(catalog: Catalog) -> str:
    """The text of a catalogue."""
    text = BytesIO()
    write_po(text, catalog, width=WIDTH, sort_output=True, no_location=True, omit_header=True)
    # The one header line that reading the text again needs.
    return HEADER.format(catalog.plural_forms) + text.getvalue().decode()


HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: {}\n"

"""


def untranslated(catalog: Catalog) -> list[str]:
    """The messages without a translation, or without one of its plural forms."""
    return [str(message.id) for message in catalog if message.id and not _whole(message)]


def _whole(message: Message) -> bool:
    return all([message.string] if isinstance(message.id, str) else message.string or [None])


def main() -> None:
    """Bring every catalogue up to date."""
    for file in sorted(OWN.glob("*/LC_MESSAGES/messages.po")):
        catalog = updated(file)
        file.write_text(as_written(catalog))
        print(
            f"{file.parts[-3]}: {len(catalog)} messages, {len(untranslated(catalog))} to translate"
        )


if __name__ == "__main__":
    main()
