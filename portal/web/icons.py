"""Icons of the sprite, as markup made once: a board has more than a thousand."""

from functools import cache

from flask import Flask, url_for
from markupsafe import Markup

SPRITE = "vendor/lucide-1.62.0.svg"


@cache
def icon(name: str, cls: str = "") -> Markup:
    """An icon. It says nothing by itself: words stand beside it."""
    classes = f"icon {cls}" if cls else "icon"
    sprite = url_for("static", filename=SPRITE)
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        classes, sprite, name
    )


def init_app(app: Flask) -> None:
    """Give templates the icons."""
    app.jinja_env.globals["icon"] = icon
