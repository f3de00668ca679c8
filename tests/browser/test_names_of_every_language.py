"""Names are drawn in one font, whichever language of Europe they are written in."""

import pytest

from tests.house.test_static_files import LETTERS

pytestmark = pytest.mark.browser


def test_every_letter_is_drawn_in_the_portals_own_font(desk):
    """Asked of the browser itself: which fonts it took for the letters of a heading."""
    desk.locator("h1").evaluate("(it, text) => { it.textContent = text; }", LETTERS)
    desk.evaluate("document.fonts.ready")
    desk.wait_for_function("[...document.fonts].every((face) => face.status === 'loaded')")
    asked = desk.context.new_cdp_session(desk)
    for domain in ("DOM", "CSS"):
        asked.send(f"{domain}.enable")
    root = asked.send("DOM.getDocument")["root"]["nodeId"]
    node = asked.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = asked.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert {font["isCustomFont"] for font in fonts} == {True}, fonts
