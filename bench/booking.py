"""Booking by the command, beside one statement with the same writes. `python -m bench.booking`.

One client compares the work; four processes at once compare what comes of it spread over all
doctors and contended for one. Both ways enter the receptionist's session as `portal_app`, have the
audit log written by its triggers, and commit.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any

from bench.kit import Figure, interleaved, main, scratch
from bench.kit.bookings import Start, book_by_code, book_by_hand, open_clinic
from bench.kit.clinic import NOW, Works
from portal import clock
from tests.support.databases import clone

PROCESSES = 4
WARM = 12
FORK = multiprocessing.get_context("fork")
AUDITED = ("appointments", "appointment_steps")


def measure(small: bool) -> Iterator[Figure]:
    """One client, four, and the audit log's part."""
    doctors, rounds = (8, 10) if small else (60, 400)
    with scratch("heard") as database, ExitStack() as stack:
        works, starts = stack.enter_context(open_clinic(database, doctors=doctors))
        left = iter(starts)
        yield from _one_client(works, left, rounds)
        for name, chosen in _rivalries(starts).items():
            yield from _at_once(works, name, chosen, 10 if small else 60)
        silent = stack.enter_context(clone(database.server, "silent"))
        yield from _audit(stack, works, left, silent, rounds)


def _one_client(works: Works, starts: Iterator[Start], rounds: int) -> Iterator[Figure]:
    with works.database.connect("app") as app:
        ways = {
            "command": lambda: book_by_code(works, next(starts)),
            "hand": lambda: book_by_hand(app, works, next(starts)),
        }
        interleaved(12, ways)
        took = interleaved(rounds, ways)
    command, hand = took["command"], took["hand"]
    yield Figure("one client: a booking by the command, p50", 1000 * command.p50, "ms")
    yield Figure("one client: a booking by the command, p95", 1000 * command.p95, "ms")
    yield Figure("one client: one statement by hand, p50", 1000 * hand.p50, "ms")
    yield Figure("one client: command / by hand", hand.p50 / command.p50, "x", at_least=0.5)


def _rivalries(starts: list[Start]) -> dict[str, list[Start]]:
    """Later starts of all doctors in turns, and those of two doctors, one after the other."""
    later = starts[len(starts) // 3 :]
    two = sorted({start.doctor_id for start in starts})[-2:]
    one_by_one = [each for doctor in two for each in later if each.doctor_id == doctor]
    return {
        "spread": [each for each in later if each.doctor_id not in two],
        "contended": one_by_one,
    }


def _at_once(works: Works, name: str, starts: list[Start], each: int) -> Iterator[Figure]:
    """Processes that book as fast as they can, for each way in turns."""
    left, rates = iter(starts), {"hand": [], "command": []}
    for way in ("hand", "command", "command", "hand"):
        chosen = list(islice(left, PROCESSES * (each + WARM)))
        rates[way].append(_rate(works, way, chosen, each))
    hand, command = (sum(rates[way]) / 2 for way in ("hand", "command"))
    yield Figure(f"{PROCESSES} at once, {name}: by the command", command, "/s")
    yield Figure(f"{PROCESSES} at once, {name}: by hand", hand, "/s")
    yield Figure(f"{PROCESSES} at once, {name}: command / by hand", command / hand, "x")


def _rate(works: Works, way: str, starts: list[Start], each: int) -> float:
    """Bookings a second of all processes together, once each has warmed up."""
    ready = FORK.Barrier(PROCESSES + 1)
    done = FORK.SimpleQueue()

    def work(mine: list[Start]) -> None:
        with (
            works.database.app().app_context(),
            clock.at(NOW),
            works.database.connect("app") as app,
        ):
            book = _way(way, works, app)
            for start in mine[:WARM]:
                book(start)
            ready.wait()
            for start in mine[WARM:]:
                book(start)
            done.put(time.monotonic())
            works.leave()

    processes = [FORK.Process(target=work, args=(starts[n::PROCESSES],)) for n in range(PROCESSES)]
    for process in processes:
        process.start()
    ready.wait(60)
    started = time.monotonic()
    for process in processes:
        process.join()
        assert process.exitcode == 0, f"{way}: a client failed"
    return PROCESSES * each / (max(done.get() for _ in processes) - started)


def _way(way: str, works: Works, app: Any) -> Callable[[Start], None]:
    if way == "hand":
        return lambda start: book_by_hand(app, works, start)
    return lambda start: book_by_code(works, start)


def _audit(
    stack: ExitStack, loud: Works, starts: Iterator[Start], silent: Any, rounds: int
) -> Iterator[Figure]:
    quiet, others = stack.enter_context(open_clinic(silent, doctors=8))
    for table in AUDITED:
        quiet.admin(f"ALTER TABLE {table} DISABLE TRIGGER audit_{table}")
    unheard = iter(others)
    with loud.database.connect("app") as app, silent.connect("app") as silent_app:
        ways = {
            "command on": lambda: loud.context.run(book_by_code, loud, next(starts)),
            "command off": lambda: quiet.context.run(book_by_code, quiet, next(unheard)),
            "hand on": lambda: book_by_hand(app, loud, next(starts)),
            "hand off": lambda: book_by_hand(silent_app, quiet, next(unheard)),
        }
        interleaved(12, ways)
        took = {name: each.p50 for name, each in interleaved(rounds, ways).items()}
    yield Figure(
        "the command with audit on / off", took["command off"] / took["command on"], "x",
        at_least=0.6,
    )  # fmt: skip
    yield Figure("one statement with audit on / off", took["hand off"] / took["hand on"], "x")


if __name__ == "__main__":
    main(measure)
