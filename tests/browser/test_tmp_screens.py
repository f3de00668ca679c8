import tests.browser.test_every_screen as mod
from tests.browser.test_every_screen import *  # noqa
from tests.browser.test_every_screen import ENGLISH, Look, look_at, screens

WANT = ("walk_in", "appointments.new", "booking", "starts", "repeat")
LOOKS = [
    Look(360, "dark", axe=True),
    Look(768, "light", axe=False),
    Look(1280, "light", axe=True),
    Look(1920, "dark", axe=False),
]


def test_mine(visitors):
    found = [
        f"{s.name} ({lang}): {w}"
        for s in screens(visitors.demo)
        if s.area == "appointments" and any(x in s.name for x in WANT)
        for lang in (
            [ENGLISH, mod.OTHERS[1]]
            if "walk_in" in s.name or s.name == "appointments.new: a known patient"
            else [ENGLISH]
        )
        for w in look_at(visitors, s, lang, LOOKS)
    ]
    assert not found, "\n".join(found)
