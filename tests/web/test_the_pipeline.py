"""What happens before and after a view is one list that can be read; nothing is done beside it.

The fault's kind: a step that some room registers by itself, whose place among the others depends
on which import came first.
"""

import re

from portal import pipeline
from tests.house.files import CODE, PORTAL, offenders

REGISTERS = re.compile(r"\b(?:before|after|teardown)_(?:app_)?request(?:_funcs)?\b")
# Flask-WTF and Flask-Login register one each, and do nothing there with our settings.
OF_LIBRARIES = {"csrf_protect", "_update_remember_cookie"}


def own(steps):
    return [step for step in steps[None] if step.__name__ not in OF_LIBRARIES]


def test_each_step_is_in_the_list_and_in_its_order(app):
    assert own(app.before_request_funcs) == list(pipeline.BEFORE)
    assert own(app.after_request_funcs)[::-1] == list(pipeline.AFTER)
    assert own(app.teardown_request_funcs) == list(pipeline.AT_LAST)


def test_no_other_room_registers_one():
    others = [file for file in CODE if file != PORTAL / "pipeline.py"]
    assert offenders(others, REGISTERS.findall) == {}
