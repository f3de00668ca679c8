"""Forms: what staff type, checked; and refusals, put beside the field they are about."""

from portal.web.forms.choices import Names, keep_present, options_of
from portal.web.forms.fields import Line, PhoneLine, Reachable, record_number, tidy
from portal.web.forms.form import CommandErrors, PortalForm, translate
from portal.web.forms.picking import FoundRecord, PickField, Source
from portal.web.forms.versions import LastChange, held, last_change
from portal.web.forms.wording import said_of

__all__ = [
    "CommandErrors",
    "FoundRecord",
    "LastChange",
    "Line",
    "Names",
    "PhoneLine",
    "PickField",
    "PortalForm",
    "Reachable",
    "Source",
    "held",
    "keep_present",
    "last_change",
    "options_of",
    "record_number",
    "said_of",
    "tidy",
    "translate",
]
