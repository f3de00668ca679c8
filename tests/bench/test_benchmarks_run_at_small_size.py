"""A benchmark that nobody runs rots: each runs small here, and no time is asserted."""

import json
import subprocess
import sys

import pytest

from bench.__main__ import names
from portal.config import ROOT
from tests.support.sizes import sized

# What every change tries: between them they use most of what benchmarks share.
FIRST = ["booking_http", "lists", "materialise"]


@pytest.mark.parametrize("name", sized(names(), names(), ci=FIRST))
def test_it_yields_its_figures(name, tmp_path, server):
    told = ("--small", "--server", str(server.folder), "--out", str(tmp_path))
    command = [sys.executable, "-m", f"bench.{name}", *told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / f"{name}.json").read_text())
    assert result["figures"]
    for figure in result["figures"]:
        assert figure["value"] > 0
        assert figure["what"] in done.stdout
