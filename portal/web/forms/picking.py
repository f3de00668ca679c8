"""One record among many: a select while they are few, else a search field with its type-ahead.

The field stays a select of WTForms: versions, present values and words work as with any other. How
it is shown is decided by how many there are, here alone. Without script what is typed is matched by
the server; where several match they are offered, each as a radio button.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from flask_babel import gettext
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from portal.web.forms.choices import Names, label_of
from portal.web.forms.fields import record_number, tidy_line

# A list of this length is read at a glance; from a longer one one searches.
FEW, SHOWN = 25, 10


class FoundRecord(NamedTuple):
    """A record that can be chosen, with what sets it apart."""

    value: int | str
    name: str
    group: str = ""


class Find(Protocol):
    """Records with these words in their name, in their order; or the one with this value."""

    def __call__(self, query: str, limit: int, *, only: Any = None) -> Sequence[FoundRecord]:
        """At most `limit` of them."""


class Source(NamedTuple):
    """Where a field finds what can be chosen, and the address that answers its type-ahead."""

    find: Find
    address: str


class PickField(SelectField):
    """A record's number, chosen from few or searched among many."""

    def __init__(
        self, label: Any = None, validators: Any = None, *,
        coerce: Callable[[Any], Any] = record_number, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, validators, coerce=coerce, **options)
        self.many, self.none = False, ""
        self.source: Source | None = None
        self.typed: str | None = None
        self.plain = False
        self.named: Names | None = None
        self.matching: Sequence[FoundRecord] = ()
        self.more = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read what was typed besides what was chosen; one of those that match wins."""
        super().process(formdata, data, extra_filters)
        if formdata is None or f"{self.name}_text" not in formdata:
            return
        self.typed = tidy_line(formdata.get(f"{self.name}_text")) or ""
        self.plain = bool(formdata.get(f"{self.name}_plain"))
        found = formdata.get(f"{self.name}_found")
        if found:
            self.choose(self.coerce(found))

    def choose(self, value: Any) -> None:
        """Take this in place of what was chosen or typed."""
        self.data, self.typed = value, None

    @property
    def is_unread(self) -> bool:
        """Whether something is typed that is still to be matched: without script, or not picked."""
        return self.typed is not None and (self.plain or bool(self.typed and not self.data))

    def offer(self, source: Source, *, none: str | None = None) -> None:
        """Offer what the source has.

        Args:
            source: where it is found.
            none: what choosing nothing is called; None where something has to be chosen.
        """
        self.source, self.none = source, none or ""
        found = source.find("", FEW + 1)
        self.many = len(found) > FEW
        if self.many:
            if self.is_unread:
                self._match(source)
            found = self._chosen(source)
        first = [] if none is None else [SelectChoice("", none)]
        self.choices = [*first, *_grouped(found)]

    @property
    def text(self) -> str:
        """The text of the search field."""
        if self.typed and not self.data:
            return self.typed
        if self.data in (None, ""):
            return ""
        # A value that the view gave the field since stands in no choice of it.
        found = self.source.find("", 1, only=self.data) if self.source else ()
        return found[0].name if found else label_of(self, self.data)

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with what was typed; else as a select does."""
        if self.many and self.typed and self.data in (None, ""):
            if self.matching:
                raise ValidationError(gettext("Several match “%(typed)s”. Choose one.",
                                              typed=self.typed))  # fmt: skip
            raise ValidationError(gettext("Nothing matches “%(typed)s”.", typed=self.typed))
        super().pre_validate(form)

    def _match(self, source: Source) -> None:
        """Take the one that is called what was typed, or the only one that has these words."""
        before = source.find("", 1, only=self.data) if self.data else ()
        if [each.name for each in before] == [self.typed] or self._is_kept():
            return
        self.data = self.coerce("") if self.coerce is not str else ""
        if not self.typed:
            return
        found = source.find(self.typed, SHOWN + 1)
        exact = [each for each in found if each.name.casefold() == self.typed.casefold()]
        if len(found) == 1 or len(exact) == 1:
            self.data = self.coerce((exact or found)[0].value)
        else:
            self.matching, self.more = found[:SHOWN], len(found) > SHOWN

    def _is_kept(self) -> bool:
        """Whether it is what the record has, though others are not offered it."""
        kept = self.named([self.data]) if self.data and self.named else {}
        return self.typed in kept.values()

    def _chosen(self, source: Source) -> Sequence[FoundRecord]:
        """The choices made, and the record's, as far as they are offered."""
        values = dict.fromkeys(
            each for each in (self.data, self.coerce(self.object_data)
                              if self.object_data is not None else None)
            if each not in (None, "")
        )  # fmt: skip
        return [found for each in values for found in source.find("", 1, only=each)]


def _grouped(found: Sequence[FoundRecord]) -> list[SelectChoice]:
    """The choices of a select, groups in the order in which they first appear."""
    groups = list(dict.fromkeys(each.group for each in found))
    ordered = sorted(found, key=lambda each: groups.index(each.group))
    return [SelectChoice(e.value, e.name, optgroup=e.group or None) for e in ordered]
