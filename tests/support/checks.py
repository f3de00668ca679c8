"""`make check`: every check by name; `python -m tests.support.checks lint types` runs some."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from portal.config import ROOT

BIN = Path(sys.executable).parent
CHECKS = {
    "format": "ruff format --check .",
    "lint": "ruff check .",
    "layers": "lint-imports",
    "templates": "djlint portal/templates --lint --quiet",
    "types": "mypy",
    "licences": "python -m tools.sbom",
    "tests": "pytest -q -n auto --dist worksteal",
    "postgresql-15": "pytest -q -n auto --dist worksteal --pg=15",
}
# Tests use every core; what reads the sources uses one each.
AT_ONCE = 2


class Done(NamedTuple):
    """A check that was run."""

    name: str
    passed: bool
    output: str
    seconds: float


def main(wanted: list[str]) -> int:
    """Run the checks, all of them even when one fails; 1 when any did."""
    names = wanted or list(CHECKS)
    tests = [name for name in names if CHECKS[name].startswith("pytest")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [show(each) for each in pool.map(run, (n for n in names if n not in tests))]
    done += [show(run(name)) for name in tests]
    failed = [each.name for each in done if not each.passed]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nEverything passed.")
    return 1 if failed else 0


def run(name: str) -> Done:
    """Run one check."""
    program, *arguments = CHECKS[name].split()
    started = time.monotonic()
    result = subprocess.run(
        [str(BIN / program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    output = result.stdout + result.stderr
    return Done(name, result.returncode == 0, output, time.monotonic() - started)


def show(done: Done) -> Done:
    """Say how it went, with its output only when that has something to say."""
    print(f"{done.name:15}{CHECKS[done.name]}")
    if not done.passed or CHECKS[done.name].startswith("pytest"):
        print(done.output)
    print(f"{'':15}{'ok' if done.passed else 'failed'} in {done.seconds:.0f} s", flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
