"""Languages that nobody speaks, to see what words do to a screen: long ones, and right to left.

Both are made from the messages of now, so that they are never behind. Their letters stay legible
(`Sign in` is `[Sïgn ïn ~~~]`); the one that is read from right to left stands under the name of a
language that is, since its direction comes with the name.
"""

import re
from pathlib import Path

from babel.messages.catalog import Catalog

from tools import messages

LONG, FROM_THE_RIGHT = "eo", "fa"
LONGER_BY = 0.4
ACCENTED = str.maketrans("aeiouncyAEIOUNCY", "áëïöûñçÿÁËÏÖÛÑÇÝ")
PLACE = re.compile(r"(%\(\w+\)[sd]|%%)")
RIGHT_TO_LEFT, BACK = "\u202e", "\u202c"
WORD = 9


def lengthened(message: str) -> str:
    """The message with accents, longer by two fifths; its places stay as they are."""
    parts = PLACE.split(message)
    accented = [part if PLACE.fullmatch(part) else part.translate(ACCENTED) for part in parts]
    more = max(2, round(len(message) * LONGER_BY))
    words = ["ŵ" * min(WORD, more - at) for at in range(0, more, WORD + 1) if more - at > 0]
    return f"{''.join(accented)} {' '.join(words)}"


def turned(message: str) -> str:
    """The same, each of its parts written from right to left."""
    parts = PLACE.split(lengthened(message))
    return "".join(
        part if PLACE.fullmatch(part) or not part.strip() else f"{RIGHT_TO_LEFT}{part}{BACK}"
        for part in parts
    )


def write_catalogues(folder: Path) -> Path:
    """Put both into a folder, as PORTAL_TRANSLATIONS wants it; gives the folder."""
    now = messages.collected()
    for language, said in ((LONG, lengthened), (FROM_THE_RIGHT, turned)):
        catalog = Catalog(locale=language, charset="utf-8")
        for message in now:
            if isinstance(message.id, str) and message.id:
                catalog.add(message.id, said(message.id))
            elif message.id:
                catalog.add(message.id, tuple(said(each) for each in message.id))
        file = folder / language / "LC_MESSAGES" / "messages.po"
        file.parent.mkdir(parents=True)
        file.write_text(messages.as_written(catalog))
    return folder
