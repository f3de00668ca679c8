"""Write the icon sprite from the `icons` folder of the npm package lucide-static (ISC).

After `npm pack lucide-static@1.62.0` and unpacking it:
`python tools/icon_sprite.py package/icons 1.62.0`.
"""

import re
import sys
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "portal" / "static" / "vendor"

NAMES = """
arrow-down arrow-up banknote building-2 calendar-days calendar-plus calendar-search
check check-check chevron-down chevron-left chevron-right circle circle-check circle-x clock
download ellipsis eye footprints history hourglass info keyboard languages list-checks log-out
moon move pencil phone plus printer rows-3 search settings shield-alert shield-check
stethoscope triangle-alert undo-2 upload user-plus user-x users x
"""


def symbol(source: Path) -> str:
    """One icon as a `<symbol>`; the stroke is set by the stylesheet."""
    found = re.search(r"<svg[^>]*>(.*)</svg>", source.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        raise SystemExit(f"{source}: not an icon")
    inner = re.sub(r"\s*\n\s*", "", found.group(1)).replace(" />", "/>")
    return f'<symbol id="{source.stem}" viewBox="0 0 24 24">{inner}</symbol>'


def main(icons: Path, version: str) -> None:
    """Write `lucide-VERSION.svg` beside the other vendored files."""
    symbols = "\n".join(symbol(icons / f"{name}.svg") for name in NAMES.split())
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (VENDOR / f"lucide-{version}.svg").write_text(sprite, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
