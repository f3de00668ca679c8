"""What a tool writes is what the tool would write."""

from pathlib import Path

from tools import grid_css


def test_the_boards_grid_is_as_its_tool_writes_it():
    assert Path(grid_css.TARGET).read_text() == grid_css.stylesheet()
