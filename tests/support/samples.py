"""Public sample data, which is not kept here: PORTAL_SAMPLE_DATA names the folder that has it."""

import os
from pathlib import Path

import pytest

from portal.config import ROOT

FOLDER = Path(os.environ.get("PORTAL_SAMPLE_DATA", ROOT.parent / "shared" / "data"))


def sample(name: str) -> Path:
    """The file, or a skipped test where this machine does not have it."""
    found = FOLDER / name
    if not found.exists():
        pytest.skip(f"{name} is not here; PORTAL_SAMPLE_DATA can name its folder")
    return found
