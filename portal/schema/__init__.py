"""The tables, a file a noun, below every area: any may read any table, its own area writes it.

The two floors below keep their own: `tenancy` the clinics, `phi` their keys.
"""

from importlib import import_module
from pkgutil import iter_modules


def load_all() -> None:
    """Have every table known to the mappers, whichever areas are imported."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
