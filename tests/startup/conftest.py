import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded import EmbeddedServer


@pytest.fixture(scope="module")
def instances() -> Iterator[Path]:
    """A folder for instance folders; their servers are surely stopped at the end.

    Not `tmp_path`: pytest closes that to the account that root lends to PostgreSQL.
    """
    made = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    yield made
    for cluster in made.glob("*/pg"):
        EmbeddedServer(cluster).stop()
    shutil.rmtree(made)
