"""Pure decisions about facilities."""

import re
import unicodedata

SLUG_LENGTH = 63


def slug_from(name: str) -> str:
    """The short name for addresses: "Zürich, Nord" becomes "zurich-nord"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-")
