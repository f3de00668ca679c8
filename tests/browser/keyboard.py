"""Hands that leave the mouse alone: Tab to what has a name, then type or press."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

MOST_TABS = 150
# for a page to come while the machine is busy
MILLISECONDS = 30_000
FOCUSED = """(within) => {
    const at = document.activeElement;
    if (!at.closest(within)) return "";
    const label = at.labels && at.labels.length ? at.labels[0].innerText : at.innerText;
    return (at.getAttribute("aria-label") || label || "").replace(/\\s+/g, " ").trim();
}"""


@dataclass(frozen=True)
class Keyboard:
    """Somebody at the keyboard before a page."""

    page: Page

    def reach(self, name: str, *, within: str = "*") -> None:
        """Tab until what has the focus is called so (its name may go on), inside a selector."""
        seen = []
        for _ in range(MOST_TABS):
            found = self.page.evaluate(FOCUSED, within)
            if found.startswith(name):
                return
            seen.append(found[:40])
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {name!r}: {dict.fromkeys(seen)}")

    def press(self, name: str, key: str = "Enter") -> None:
        """Press a button or follow a link."""
        self.reach(name)
        self.page.keyboard.press(key)

    def fill(self, name: str, text: str) -> None:
        """Type into a field, in place of what it holds; a list of what is wrong names it too."""
        self.reach(name, within="input, textarea, select")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def fields(self, **typed: str) -> None:
        """Several fields in their order; an underscore stands for a blank."""
        for name, text in typed.items():
            self.fill(name.replace("_", " "), text)

    def choose(self, name: str, text: str, *, within: str = "*") -> None:
        """Choose from a list by the first letters of a choice."""
        self.reach(name, within=within)
        self.page.keyboard.type(text)

    def tick(self, *names: str) -> None:
        """Tick boxes."""
        for name in names:
            self.press(name, "Space")

    def stands_on(self, title: str) -> None:
        """The page of that title is there."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title, timeout=MILLISECONDS)
