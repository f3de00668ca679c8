"""A page's forms as a browser would send them, untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.support.client import Browser

UNSENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class Form:
    """Where a form goes, and its fields as the page fills them."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        """One more value of a field."""
        self.fields.setdefault(name, []).append(value)


class Forms(HTMLParser):
    """Reads the forms of a page in order: inputs, texts, and what is selected."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._text: str | None = None
        self._select: tuple[str, list[str], list[str]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would send."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            method = given.get("method", "get").lower()
            self.found.append(Form(given.get("action", ""), method))
        elif not self.found or "disabled" in given:
            return
        elif tag == "textarea":
            self._text = name
            self.found[-1].add(name, "")
        elif tag == "select":
            self._select = (name, [], [])
        elif tag == "option" and self._select:
            offered, selected = self._select[1:]
            (selected if "selected" in given else offered).append(given.get("value", ""))
        elif tag == "input" and name and is_sent(given):
            self.found[-1].add(name, given.get("value", "on"))

    def handle_data(self, data: str) -> None:
        """What stands in a text field, without the line break that begins it."""
        if self._text is not None:
            values = self.found[-1].fields[self._text]
            values[-1] += data if values[-1] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """A select sends what is selected, else its first choice."""
        if tag == "textarea":
            self._text = None
        elif tag == "select" and self._select:
            name, offered, selected = self._select
            for value in selected or offered[:1]:
                self.found[-1].add(name, value)
            self._select = None


def is_sent(given: dict[str, str]) -> bool:
    """Whether a browser sends this input."""
    kind = given.get("type", "text")
    return kind not in UNSENT and (kind not in {"checkbox", "radio"} or "checked" in given)


def shown(html: str, having: str) -> dict[str, list[str]]:
    """The fields of the form that has this field, as shown."""
    return next(form.fields for form in Forms(html).found if having in form.fields)


def send_as_shown(browser: Browser, page: str, **typed: object):
    """Post a page's versioned form as it is shown, but for what is typed; and again if it asks.

    A form that first shows what would be done is confirmed.
    """
    fields = shown(browser.get(page).text, "version")
    answer = browser.post(page, data=fields | {"do": "review"} | typed)
    if answer.status_code == 200:
        fields = shown(answer.text, "version")
        sure = {"do": "publish" if "/workflows/" in page else "confirm"}
        answer = browser.post(page, data=fields | sure | typed)
    return answer
