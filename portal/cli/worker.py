"""`flask worker`: the background jobs."""

import signal
import threading

import click
from flask.cli import ScriptInfo, pass_script_info, with_appcontext

from portal.worker.loop import LOOK_EVERY_SECONDS, beat_beside, forget_rounds, run_what_is_due


@click.command("worker", help="Run the background jobs.")
@click.option("--once", is_flag=True, help="Run what is due and end.")
@pass_script_info
@with_appcontext
def command(info: ScriptInfo, once: bool) -> None:
    """Look for due jobs until told to stop."""
    if once:
        raise SystemExit(0 if run_what_is_due() else 1)
    forget_rounds()
    stop = threading.Event()
    beat_beside(info.load_app(), stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        run_what_is_due()
        stop.wait(LOOK_EVERY_SECONDS)
