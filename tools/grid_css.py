"""Write portal/static/css/grid.css: where things stand on the day board, as classes.

The content security policy blocks inline style, so a card cannot carry its own row. A row is
five minutes; a local day has at most 25 hours, hence 300 rows.
"""

from pathlib import Path

TARGET = Path(__file__).parent.parent / "portal" / "static" / "css" / "grid.css"
ROWS = 25 * 12
LANES = (2, 3, 4)
SUBCOLUMNS = 12


def rules() -> list[str]:
    """A rule a class: start row, rows spanned, lane of lanes, hours, per cent."""
    starts = [f".s{n}{{grid-row-start:{n + 1}}}" for n in range(ROWS)]
    spans = [f".d{n}{{grid-row-end:span {n}}}" for n in range(1, ROWS + 1)]
    lanes = [
        f".l{lane}-{of}{{grid-column:{lane * SUBCOLUMNS // of + 1}/span {SUBCOLUMNS // of}}}"
        for of in LANES
        for lane in range(of)
    ]
    hours = [f".h{n}{{--rows:{n * 12}}}" for n in range(1, 26)]
    widths = [f".w{n}{{inline-size:{n}%}}" for n in range(0, 101, 5)]
    return [*starts, *spans, *lanes, *hours, *widths]


def stylesheet() -> str:
    """The whole file, in its cascade layer."""
    return "/* Written by tools/grid_css.py */\n@layer place{\n" + "\n".join(rules()) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(stylesheet(), encoding="utf-8")
