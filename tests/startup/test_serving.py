import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg

from tests.support.databases import Database
from tests.support.serving import served


def test_forked_workers_have_connections_of_their_own(
    own_database: Database, tmp_path: Path
) -> None:
    with served(own_database, tmp_path, WEB_CONCURRENCY="4") as address:
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: ready(address), range(200)))
        assert len(answers) == 200
        assert {name for name, well in answers[0].items() if not well} == {"worker"}
        assert all(answer == answers[0] for answer in answers)
        assert 1 <= connections(own_database) <= 4


def ready(address: str) -> dict[str, bool]:
    try:
        with urlopen(f"{address}/readyz") as response:
            answer: dict[str, bool] = json.load(response)
    except HTTPError as refused:  # 503: there is no worker here
        answer = json.load(refused)
    return answer


def connections(database: Database) -> int:
    """How many the web role has open."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = 'portal_app'"
    with psycopg.connect(database.url("admin")) as admin:
        (number,) = admin.execute(query, [database.name]).fetchone() or (0,)
    return int(number)
