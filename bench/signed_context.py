"""What it costs that the context is signed: <= 1.25 of the same pages without.
`python -m bench.signed_context`.

Two databases of the same clinic, in one of which the functions believe whatever the setting says.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from bench.day_board import today_of
from bench.kit import Figure, interleaved, main, scratch
from bench.kit.bookings import book_by_code, open_clinic
from bench.kit.clinic import NOW, Works
from tests.support.databases import Database, clone

VISITS = 50
PAGES = {
    "a list of facilities": "/facilities/",
    "the latest patients": "/patients/",
    f"the board of {VISITS} visits": f"/appointments/day?date={NOW.date()}",
}
BELIEVE = """
CREATE OR REPLACE FUNCTION verified_context() RETURNS text[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT string_to_array(nullif(current_setting('portal.context', true), ''), '|')
$$;
CREATE OR REPLACE FUNCTION keyed_hash(which text, message text) RETURNS text
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN which = 'context' THEN '' ELSE
    (SELECT encode(sha256(outer_block || sha256(inner_block || convert_to(message, 'UTF8'))), 'hex')
       FROM context_keys WHERE purpose = which) END
$$
"""


def measure(small: bool) -> Iterator[Figure]:
    """Each page from both databases in turns; medians."""
    with (
        scratch("signed") as signed,
        clone(signed.server, "unsigned") as unsigned,
        ExitStack() as kept,
    ):
        ours, bare = (_clinic(kept, each, 5 if small else VISITS) for each in (signed, unsigned))
        bare.admin(BELIEVE)
        for what, address in PAGES.items():
            ways = {"signed": _shows(ours, address), "unsigned": _shows(bare, address)}
            times = interleaved(5 if small else 200, ways)
            yield Figure(f"{what}, signed", 1000 * times["signed"].p50, "ms")
            ratio = times["signed"].p50 / times["unsigned"].p50
            yield Figure(f"{what}, signed / unsigned", ratio, "x", at_most=1.25)


def _clinic(kept: ExitStack, database: Database, visits: int) -> Works:
    works, starts = kept.enter_context(open_clinic(database, doctors=5, patients=visits))
    for start in today_of(works, starts)[:visits]:
        book_by_code(works, start)
    works.admin("ANALYZE")
    return works


def _shows(works: Works, address: str) -> Callable[[], None]:
    client = works.app.test_client()
    client.set_cookie("portal", works.token)

    def show() -> None:
        assert client.get(address).status_code == 200

    return show


if __name__ == "__main__":
    main(measure)
