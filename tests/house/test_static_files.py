"""What a browser loads: how much, from us alone, and with nothing that evaluates text."""

import re
from collections.abc import Iterable
from pathlib import Path

from portal.config import ROOT
from portal.web.compression import lean, packed
from tests.house.files import offenders

STATIC = ROOT / "portal" / "static"
ALL_SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
# Passkeys, passwords, acceptance and the order of steps have pages of their own, which load less
# than it; what a session leaves at its end comes with that end.
ELSEWHERE_ALONE = {"ended.js", "passkey.js", "secrets.js", "matrix.js", "sorting.js"}
ON_THE_BOARD = [file for file in ALL_SCRIPTS if file.name not in ELSEWHERE_ALONE]
ALL_STYLES = sorted((STATIC / "css").rglob("*.css"))
# So have absences, acceptance, charts, setting up and the day sheet.
OWN_PAGES = {"absences.css", "chart.css", "matrix.css", "setup.css", "sheet.css"}
STYLES = [file for file in ALL_STYLES if file.name not in OWN_PAGES]
VENDORED = [
    file
    for file in sorted((STATIC / "vendor").iterdir())
    if file.suffix in {".js", ".css", ".svg", ".woff2"}
]
KINDS = {".js": "text/javascript"}
# These come only where a name has such letters.
ON_DEMAND = re.compile(r"inter-(latin-ext|greek|cyrillic|vietnamese)-")
# What the languages of Europe, and Vietnamese, write beyond ASCII.
LETTERS = """
àâäæçéèêëîïôöœùûüÿñßáíóúýåøðþ¿¡ąćęłńśźżčďěňřšťůžľĺŕôőűăâîșțşţğıİāēīōūģķļņėįųūēõäöüħġżċĠĦđŋŧšž
ŵŷẁẃẅỳẂảạấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỵỷỹĐ
αβγδεζηθικλμνξοπρστυφχψωάέήίόύώϊϋΐΰςΑΒΓΔ
абвгдежзийклмнопрстуфхцчшщъыьэюяёђѓєѕіїјљњћќѝўџґҐЁЇЄ
"""
LOADED = [file for file in VENDORED if not ON_DEMAND.search(file.name)]
KB = 1000
OWN_SCRIPT_LIMIT = 15 * KB
# The whole day board may weigh 90 kB cold; 8 of them are for the page itself.
STATIC_LIMIT = 82 * KB

EVALUATES = re.compile(
    r"\beval\(|\bnew Function\(|\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write"
    r"|setTimeout\(\s*['\"`]"
)
KEEPS = re.compile(r"\b(session|local)Storage\b|\bindexedDB\b|document\.cookie")
ELSEWHERE = re.compile(r"""(url\(|@import|src=|from\s)\s*["']?(https?:)?//""")
KEPT_SETTINGS = {"early.js", "settings.js", "shortcuts.js"}


def weight(files: Iterable[Path]) -> int:
    """Bytes as sent: text compressed, the font as it is."""
    return sum(
        file.stat().st_size if file.suffix == ".woff2"
        else len(packed(file.read_bytes(), KINDS.get(file.suffix, "text/css")))
        for file in files
    )  # fmt: skip


def test_own_scripts_stay_small() -> None:
    """No page loads more of them than the board."""
    assert weight(ON_THE_BOARD) <= OWN_SCRIPT_LIMIT


def test_everything_a_cold_browser_loads_stays_small() -> None:
    assert weight([*ON_THE_BOARD, *STYLES, *LOADED]) <= STATIC_LIMIT


def test_what_is_sent_says_what_was_written() -> None:
    script = b'if (a && b) {\n  say("a , b"); // why,\n  x = /a , b/;\n}\nlet c = `a ; b`;\n'
    assert lean(script, "javascript") == b'if(a&&b){say("a , b");x=/a , b/;}\nlet c=`a ; b`;'
    style = b'/* why */\n.a :is(b) {\n  & :c { top: calc(1px + 2%); }\n  content: "a : b";\n}\n'
    assert lean(style, "css") == (
        b'.a :is(b) {\n& :c { top: calc(1px + 2%); }\ncontent: "a : b";\n}\n'
    )


def test_a_vendored_file_names_its_version() -> None:
    assert [file for file in VENDORED if not re.search(r"-\d+\.\d+\.\d+\.", file.name)] == []


def test_a_script_evaluates_nothing() -> None:
    assert offenders(ALL_SCRIPTS, EVALUATES.findall) == {}


def test_only_the_settings_are_kept_in_the_browser() -> None:
    others = [file for file in ALL_SCRIPTS if file.name not in KEPT_SETTINGS]
    assert offenders(others, KEEPS.findall) == {}


def test_what_stays_in_place_says_in_which_layer_it_lies() -> None:
    """Else what is numbered or framed in what scrolls beneath it is painted over its words."""
    block = re.compile(r"[^{}]+\{[^{}]*position: sticky[^{}]*\}")

    def without_layer(text: str) -> list[str]:
        return [each.strip() for each in block.findall(text) if "z-index" not in each]

    assert offenders(ALL_STYLES, without_layer) == {}


def test_nothing_comes_from_elsewhere() -> None:
    assert offenders([*ALL_SCRIPTS, *ALL_STYLES], ELSEWHERE.findall) == {}


def test_letters_of_every_language_of_europe_have_the_same_font() -> None:
    """A letter that no face of the font claims is drawn in another one, heavier or lighter."""
    ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", (STATIC / "css/tokens.css").read_text())
    claimed = {n for a, b in ranges for n in range(int(a, 16), int(b or a, 16) + 1)}
    assert {letter for letter in "".join(LETTERS.split()) if ord(letter) not in claimed} == set()
