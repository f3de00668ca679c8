"""Nothing that people read is said in one language alone."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.house.files import CODE, PORTAL, TEMPLATES, offenders

# commands print English, to whoever runs the portal
SPOKEN = [file for file in CODE if PORTAL / "cli" not in file.parents]
READ_ALOUD = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}
# a key's name, or what is typed as it stands
VERBATIM = {"code", "kbd", "samp"}
EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "use", "wbr"}
WORD = re.compile(r"[^\W\d_]{2,}")
MARKS = {"_", "N_", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "translate"}
SPEAKS = re.compile(r"^(toast|Line|Number|Label|SelectChoice|\w+Field|\w+Refused)$")


class Words(HTMLParser):
    """The words of a template that stand there as they are."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []
        self.feed(without_jinja(template))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Words that are read aloud; and data for scripts, when it is a sentence."""
        if tag not in EMPTY:
            self.inside.append(tag)
        for name, value in attrs:
            sentence = name.startswith("data-") and " " in (value or "")
            if (name in READ_ALOUD or sentence) and WORD.search(value or ""):
                self.found.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, if it was entered in this file."""
        if self.inside[-1:] == [tag]:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        """Text between elements; what a macro puts into an element is none."""
        text = re.sub(r'[\w-]+="[^"]*"', "", data)
        if WORD.search(text) and not set(self.inside[-1:]) & VERBATIM:
            self.found.append(text.strip())


def without_jinja(template: str) -> str:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", template, flags=re.DOTALL)
    return (
        re.sub(r"\{\{.*?\}\}", "0", text, flags=re.DOTALL).replace("<0", "<p").replace("</0", "</p")
    )


def test_a_template_has_no_words_of_its_own() -> None:
    assert offenders(TEMPLATES, lambda text: Words(text).found) == {}


def test_what_code_says_is_marked_for_translation() -> None:
    assert offenders(SPOKEN, lambda code: list(unmarked(code))) == {}


def unmarked(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            yield from in_a_call(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(getattr(target, "id", "") == "message" for target in targets):
                yield from words(node.value)


def in_a_call(call: ast.Call) -> Iterator[str]:
    """A sentence that is said unmarked; or one that is marked but put together, so never found."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in MARKS:
        yield from (ast.unparse(each) for each in call.args[:1] if put_together(each))
    elif SPEAKS.match(name):
        yield from (found for each in call.args for found in words(each))
    said = [each.value for each in call.keywords if each.arg in {"message", "hint", "label"}]
    yield from (found for each in said for found in words(each))


def put_together(argument: ast.expr) -> bool:
    return isinstance(argument, ast.JoinedStr | ast.BinOp)


def words(node: ast.expr) -> Iterator[str]:
    """A text that begins with a capital letter."""
    if isinstance(node, ast.Constant) and re.match(r"[A-Z]\w+", str(node.value or "")):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield from words(node.values[0])


@pytest.mark.parametrize(
    "markup",
    ["<p>Sign in</p>", '<a aria-label="Close">{{ icon("x") }}</a>', '<i data-failed="Not saved">'],
)
def test_the_lint_of_templates_sees(markup: str) -> None:
    assert Words(markup).found


@pytest.mark.parametrize(
    "code",
    [
        'toast("It is saved.")', 'toast(_(f"{name} is saved."))', 'name = Line("Name")',
        'class Taken(DomainError):\n    message = "Somebody was faster."',
        'Length(max=3, message="Too long.")',
    ],
)  # fmt: skip
def test_the_lint_of_code_sees(code: str) -> None:
    assert list(unmarked(code))
