"""Templates, compiled once for each language: what `_()` says in them is a constant there.

A table says the same words in every row and a board hundreds of times, so looking them up while a
page is made took more of it than its rows. Words that stand in a variable are looked up as before.
"""

from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from portal.web import languages

SAY = "_"


class Spoken(NodeTransformer):
    """Puts what a language says in the place of every `_("...")`."""

    def __init__(self, language: str) -> None:
        self.language = language

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - as the visitor calls it
        """The words as they are, or with what stands in their places, which is escaped."""
        self.generic_visit(call)
        message = _message(call)
        if message is None:
            return call
        line = call.lineno
        translated = languages.markup(self.language, message)
        if not call.kwargs:
            return nodes.Const(translated % {}, lineno=line)
        places = [nodes.Pair(nodes.Const(each.key), each.value) for each in call.kwargs]
        return nodes.Mod(nodes.Const(translated), nodes.Dict(places, lineno=line), lineno=line)


class Speaking(Environment):
    """Flask's environment, and beside it one like it for each language a page was asked in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language: str | None = None
        self._spoken: dict[str, Speaking] = {}

    def get_template(self, name: str | Template, *args: Any, **named: Any) -> Template:
        """A template in the page's language, and from there all that it includes and extends."""
        here = self if self.language else self._in(languages.page_locale().language)
        return super(Speaking, here).get_template(name, *args, **named)

    def _in(self, language: str) -> "Speaking":
        if language not in self._spoken:
            spoken = self.overlay()
            spoken.language = language
            self._spoken[language] = spoken
        return self._spoken[language]

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        if self.language:
            source = Spoken(self.language).visit(source)
        return super()._generate(source, *args, **named)


def _message(call: nodes.Call) -> str | None:
    """The message of a call of `_`; None of any other call, and of one not known yet."""
    if not isinstance(call.node, nodes.Name) or call.node.name != SAY or call.dyn_kwargs:
        return None
    match call.args:
        case [nodes.Const(value=str(message))]:
            return message
    return None
