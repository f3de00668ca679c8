"""Write portal/static/css/grid.css: where things stand on the day board, as classes.

The content security policy blocks inline style, so a card cannot carry its own row. A row is
five minutes; a local day has at most 25 hours, hence 300 rows. Row 123 is the classes a12 b3,
a span of 45 rows c4 d5: tens and units apart are 80 rules instead of 600.
"""

from pathlib import Path

TARGET = Path(__file__).parent.parent / "portal" / "static" / "css" / "grid.css"
TENS = 25 * 12 // 10
LANES = (2, 3, 4)
SUBCOLUMNS = 12


def rules() -> list[str]:
    """A rule a class: tens and units of row and span, lane of lanes, hours, per cent."""
    placed = [
        ".column li,.hours>span{"
        "grid-row-start:calc(10*var(--a,0) + var(--b,0) + 1);"
        "grid-row-end:span calc(10*var(--c,0) + var(--d,1))}"
    ]
    digits = [
        f".{name}{n}{{--{name}:{n}}}"
        for name, count in (("a", TENS), ("b", 10), ("c", TENS + 1), ("d", 10))
        for n in range(count)
    ]
    lanes = [
        f".l{lane}-{of}{{grid-column:{lane * SUBCOLUMNS // of + 1}/span {SUBCOLUMNS // of}}}"
        for of in LANES
        for lane in range(of)
    ]
    hours = [f".h{n}{{--rows:{n * 12}}}" for n in range(1, 26)]
    widths = [f".w{n}{{inline-size:{n}%}}" for n in range(0, 101, 5)]
    return [*placed, *digits, *lanes, *hours, *widths]


def stylesheet() -> str:
    """The whole file, in its cascade layer."""
    return "/* Written by tools/grid_css.py */\n@layer place{\n" + "\n".join(rules()) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(stylesheet(), encoding="utf-8")
