"""Every write of import and export."""

from portal.sheets.commands.exporting import MOST_EXPORTED, Part, export_part, part_of
from portal.sheets.commands.importing import import_records
from portal.sheets.commands.uploads import (
    LARGEST_FILE,
    FileUnreadable,
    ImportOutcome,
    discard,
    expire,
    import_upload,
    opened,
    upload,
)

__all__ = [
    "LARGEST_FILE",
    "MOST_EXPORTED",
    "FileUnreadable",
    "ImportOutcome",
    "Part",
    "discard",
    "expire",
    "export_part",
    "import_records",
    "import_upload",
    "opened",
    "part_of",
    "upload",
]
