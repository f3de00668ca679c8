"""Messages about a cell of acceptance, with a way back: by its keys or by its form."""

from typing import Any

from flask_babel import gettext as _

from portal.registry.ways import SaidAct
from portal.undoing.ways import say_done
from portal.web.answers import toast


def say_marked(cell: dict[str, Any], now: dict[str, Any], unchanged: str | None = None) -> None:
    """Report a cell's change, with a way back; without a change of terms there is none."""
    before, done = cell["cover"], SaidAct(f"{marked(cell, accepted=now['cover'].enabled)}.")
    if before.version == now["cover"].version:
        toast(unchanged or done.text)
        return
    say_done(
        done, "acceptance_marked", now["acceptance"].id, facility=cell["facility"].id,
        plan=cell["plan"].id, accepted=now["cover"].enabled, **before.terms.as_stored(),
    )  # fmt: skip


def marked(cell: dict[str, Any], *, accepted: bool) -> str:
    names = {"facility": cell["facility"].name, "plan": cell["plan"].name}
    if accepted:
        return str(_("%(facility)s accepts %(plan)s", **names))
    return str(_("%(facility)s no longer accepts %(plan)s", **names))
