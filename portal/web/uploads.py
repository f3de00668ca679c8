"""Requests that carry a file: larger than others may be, and never laid on a disk."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.utils import cached_property

View = TypeVar("View", bound=Callable[..., Any])

# The parts of the form around the file.
AROUND = 64 * 1024


class InMemory(Request):
    """Keeps an uploaded file in memory: the usual temporary file would lie readable on a disk.

    What forms carry, their fields tidy.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()

    # No page reads JSON, and a form that did would read whatever shape it has.
    is_json = False

    def _load_form_data(self) -> None:
        """Load the sent values, without those that have no name: nobody asks for them.

        What cannot be read (it is too large, or broken off) is told once: whoever then answers that
        finds nothing sent.
        """
        try:
            super()._load_form_data()
        except HTTPException:
            nothing: dict[str, Any] = {
                "stream": BytesIO(),
                "form": MultiDict(),
                "files": MultiDict(),
            }
            self.__dict__.update(nothing)
            raise
        for kind in ("form", "files"):
            given = self.__dict__[kind]
            if None in given:
                named = [each for each in given.items(multi=True) if each[0] is not None]
                self.__dict__[kind] = type(given)(named)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The params of the address, without NUL: PostgreSQL's text cannot hold it."""
        pairs = super().args.items(multi=True)
        return self.parameter_storage_class(
            (name, value.replace("\0", "")) for name, value in pairs
        )


def takes_file(largest: int) -> Callable[[View], View]:
    """Let a view's requests carry a file of so many bytes."""

    def declare(view: View) -> View:
        view.largest_body = largest + AROUND  # type: ignore[attr-defined]
        return view

    return declare


def longest_body(app: Flask) -> int:
    """The bytes of the longest body that any of the views takes."""
    views = (getattr(view, "largest_body", 0) for view in app.view_functions.values())
    return max(int(app.config["MAX_CONTENT_LENGTH"]), *views)


def init_app(app: Flask) -> None:
    """Read bodies so."""
    app.request_class = InMemory


def allow_file() -> None:
    """Before a view, and before anything reads the body: let it be as large as the view says."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, "largest_body", None)
    if largest is not None:
        request.max_content_length = largest
