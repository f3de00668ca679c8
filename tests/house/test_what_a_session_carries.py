"""What a session carries has a name and a type (`portal.state`); nothing is left under a text."""

import re

from tests.house.files import CODE, offenders

UNDER_A_TEXT = re.compile(r"\bsession\.info\b")


def test_no_code_leaves_things_in_the_session_under_a_text():
    assert offenders(CODE, UNDER_A_TEXT.findall) == {}
