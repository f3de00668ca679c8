"""What tests need beyond Python: Chromium, PgBouncer, PostgreSQL 15 beside the embedded 18.

`python -m tests.support.machine` installs Debian's packages when it may, and says what to do
when it may not. The checker of HTML comes from npm.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import nu

NEEDED = {
    "chromium": Path("/usr/bin/chromium"),
    "pgbouncer": Path("/usr/sbin/pgbouncer"),
    "postgresql-15": Path("/usr/lib/postgresql/15/bin/initdb"),
}
# The same Chromium without its windows, at a third of the work: what most journeys are played in.
SHELL = Path("/usr/bin/chromium-headless-shell")
# Debian would make a cluster and start it on port 5432; the tests start their own.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")


def main() -> int:
    """Install what is missing; 1 when CI has to do without something."""
    nu.fetch()
    missing = [package for package, program in NEEDED.items() if not program.exists()]
    wanted = [*missing, *([] if SHELL.exists() else [SHELL.name])]
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt("update")
        for package in wanted:
            install(package)
    absent = [package for package in missing if not NEEDED[package].exists()]
    for package in absent:
        print(f"Not here: {package}. Its tests are skipped; on Debian: apt-get install {package}")
    return 1 if absent and os.environ.get("CI") else 0


def need(package: str) -> Path:
    """The package's program; without it the test is skipped, or fails in CI."""
    if not NEEDED[package].exists():
        missing = f"Not here: install Debian's package {package}."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return NEEDED[package]


def chromium() -> Path:
    """Chromium's quicker form, else Chromium itself; `need` says what happens without either."""
    return SHELL if SHELL.exists() else need("chromium")


def install(package: str) -> None:
    """Install one Debian package, and no more than it needs."""
    print(f"Installing Debian's {package} ...", flush=True)
    if package == "postgresql-15":
        _apt("install", "postgresql-common")
        if NO_CLUSTER.exists():
            NO_CLUSTER.write_text("create_main_cluster = false\n" + NO_CLUSTER.read_text())
    _apt("install", package)


def _apt(command: str, *packages: str) -> None:
    # In runlevel 1 no package starts a service of its own.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    options = ("-q", "-y", "--no-install-recommends") if packages else ("-q",)
    subprocess.run(
        ["apt-get", command, *options, *packages],
        env=environment,
        stdout=subprocess.DEVNULL,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
