"""What every benchmark shares: a scratch database, interleaved timing, a table, a JSON file.

A benchmark is a module with `measure(small)`, which yields figures and ends with `main(measure)`.
The ways that are compared take turns in one run, so that a noisy machine disturbs them alike; what
is judged are ratios of medians. Small sizes show that a benchmark works, and judge nothing.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.support.databases import Database, clone, start_server, stop_server

RESULTS = Path(__file__).parent.parent / "results"
Measure = Callable[[bool], Iterable["Figure"]]
# The folder of a server that runs already.
_given: ContextVar[Path | None] = ContextVar("given", default=None)


@dataclass(frozen=True)
class Figure:
    """One measured value, beside what it is held to; no target: it is only told."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""

    @property
    def holds(self) -> bool | None:
        """Whether it is within its target; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.value >= self.at_least if self.at_least is not None else None


@dataclass(frozen=True)
class Times:
    """How long each turn of one way took, in seconds."""

    seconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return percentile(self.seconds, 95)


def percentile(values: Iterable[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def interleaved(rounds: int, ways: Mapping[str, Callable[[], object]]) -> dict[str, Times]:
    """Time each way once a round, the ways in turns, the first of a round changing.

    A way that returns a float has timed itself (`prepared`).
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for n in range(rounds):
        for name in names[n % len(names) :] + names[: n % len(names)]:
            seconds[name].append(_timed(ways[name]))
    return {name: Times(tuple(each)) for name, each in seconds.items()}


def prepared(prepare: Callable[[], object], act: Callable[[], object]) -> Callable[[], float]:
    """A way whose preparation is not timed."""

    def way() -> float:
        prepare()
        started = time.perf_counter()
        act()
        return time.perf_counter() - started

    return way


def _timed(way: Callable[[], object]) -> float:
    started = time.perf_counter()
    measured = way()
    return measured if isinstance(measured, float) else time.perf_counter() - started


def processor(pids: Iterable[int]) -> float:
    """How long processes have had a processor, in seconds (Linux)."""
    stats = (Path(f"/proc/{pid}/schedstat").read_text() for pid in pids)
    return sum(int(each.split()[0]) for each in stats) / 1e9


@contextmanager
def scratch(name: str, **settings: str) -> Iterator[Database]:
    """A migrated database on a server of its own, gone afterwards.

    The server is the embedded one as tests start it: without fsync, so that what is measured is
    work and not the disk. It is told `settings` instead (fsync="on"), where nothing is said twice.
    With `--server` the database is on that one, as it is.
    """
    given = _given.get()
    if given is not None:
        with clone(start_server(given, 18), name) as database:
            yield database
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    try:
        server = start_server(folder / "18", 18, **settings)
        with clone(server, name) as database:
            yield database
    finally:
        stop_server(folder)
        shutil.rmtree(folder)


def main(measure: Measure) -> None:
    """Run one benchmark: `python -m bench.<name> [--small] [--server FOLDER] [--out FOLDER]`.

    Prints its table and writes `<name>.json`; exit code 1 when a target is missed at full size.
    """
    name = Path(sys.argv[0]).stem
    options = arguments()
    _given.set(options.server)
    started = time.monotonic()
    figures = list(measure(options.small))
    result = {
        "benchmark": name,
        "small": options.small,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - started, 1),
        "machine": machine(),
        "figures": [
            asdict(each) | {"holds": None if options.small else each.holds} for each in figures
        ],
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(table(name, figures, judge=not options.small), flush=True)
    sys.exit(not options.small and any(each.holds is False for each in figures))


def arguments() -> argparse.Namespace:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="small sizes; nothing is judged")
    parser.add_argument("--server", type=Path, help="a test run's, where nothing is judged")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the JSON goes")
    return parser.parse_args()


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "load": [round(each, 1) for each in os.getloadavg()],
    }


def table(title: str, figures: Iterable[Figure], *, judge: bool = True) -> str:
    """The figures as aligned lines: what, value, unit, target, verdict."""
    lines = [title]
    for each in figures:
        verdict = {True: "ok", False: "MISSED", None: ""}[each.holds if judge else None]
        value = f"{each.value:,.0f}" if each.value >= 1000 else f"{each.value:.3g}"
        lines.append(f"  {each.what:<58}{value:>12} {each.unit:<10}{each.target:<12}{verdict}")
    return "\n".join(lines)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor()
    lines = information.read_text().splitlines()
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
