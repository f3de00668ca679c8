"""Every benchmark, one after the other, and what came of them: `python -m bench [--small]`."""

import json
import subprocess
import sys
from pathlib import Path

from bench.kit import arguments
from portal.config import ROOT

KIT = {"__init__", "__main__", "kit"}


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted({path.stem for path in Path(__file__).parent.glob("[a-z_]*.py")} - KIT)


def main() -> None:
    """Each in a process of its own, so that none inherits another's memory; 1 if any failed."""
    options = arguments()
    told = ["--out", str(options.out.resolve())] + ["--small"] * options.small
    failed = []
    for name in names():
        result = subprocess.run([sys.executable, "-m", f"bench.{name}", *told], cwd=ROOT)
        if result.returncode:
            failed.append(name)
    results = [json.loads((options.out / f"{name}.json").read_text()) for name in names()]
    held = [each["holds"] for result in results for each in result["figures"]]
    print(f"\n{held.count(True)} targets held, {held.count(False)} missed. {options.out}/*.json")
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
