"""`make check`: every check by name; `python -m tests.support.checks lint types` runs some."""

import subprocess
import sys
import time
from pathlib import Path

from portal.config import ROOT

BIN = Path(sys.executable).parent
CHECKS = {
    "format": "ruff format --check .",
    "lint": "ruff check .",
    "layers": "lint-imports",
    "templates": "djlint portal/templates --lint --quiet",
    "types": "mypy",
    "migrations": "pytest tests/migrations -q",
    "tests": "pytest -q -n auto --ignore=tests/migrations",
    "postgresql-15": "pytest -q -n auto --pg=15",
}


def main(wanted: list[str]) -> int:
    """Run the checks, all of them even when one fails; 1 when any did."""
    failed = [name for name in wanted or CHECKS if not passes(name)]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nEverything passed.")
    return 1 if failed else 0


def passes(name: str) -> bool:
    """Run one check, showing its output only when it has something to say."""
    program, *arguments = CHECKS[name].split()
    print(f"{name:15}{CHECKS[name]}", flush=True)
    started = time.monotonic()
    result = subprocess.run(
        [str(BIN / program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if result.returncode or program == "pytest":
        print(result.stdout + result.stderr)
    verdict = "failed" if result.returncode else "ok"
    print(f"{'':15}{verdict} in {time.monotonic() - started:.0f} s", flush=True)
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
