"""A page as a browser has it on its screen: a tree, into which answers put their parts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "link", "meta", "br", "img", "use", "hr", "path"}


@dataclass
class Element:
    """A tag with what is in it: elements and text."""

    tag: str
    attrs: dict[str, str]
    inside: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """It and everything in it."""
        yield self
        for each in self.inside:
            if isinstance(each, Element):
                yield from each.walk()

    def find(self, identity: str) -> "Element":
        """The one with an id."""
        return next(each for each in self.walk() if each.attrs.get("id") == identity)


class _Builder(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open = [Element("document", {})]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self.open[-1].inside.append(words)


def parsed(html: str) -> Element:
    """The tree of a page or fragment."""
    return _Builder(html).open[0]


def swap(page: Element, answer: str) -> list[str]:
    """Put the parts of an answer where they say; returns the ids of what was replaced."""
    replaced = []
    for part in parsed(answer).walk():
        if part.tag != "hx-partial" or part.attrs["hx-swap"] != "outerMorph":
            continue
        identity = part.attrs["hx-target"].removeprefix("#")
        [new] = [each for each in part.inside if isinstance(each, Element)]
        old = page.find(identity)
        old.tag, old.attrs, old.inside = new.tag, new.attrs, new.inside
        replaced.append(identity)
    return replaced


def written(element: Element) -> str:
    """Everything of it that does not tick by itself, a line each."""
    return "\n".join(_lines(element, ""))


def _lines(element: Element, indent: str) -> Iterator[str]:
    classes = element.attrs.get("class", "").split()
    if "now" in classes or "now-label" in classes:
        return
    ticks = "data-since" in element.attrs or "present" in classes
    shown = {**element.attrs, "class": " ".join(c for c in classes if not (ticks and c == "late"))}
    yield f"{indent}{element.tag} {sorted(shown.items())}"
    for each in element.inside:
        if isinstance(each, Element):
            yield from _lines(each, indent + " ")
        elif "data-since" not in element.attrs:
            yield f"{indent} {each}"
