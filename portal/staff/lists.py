"""Lists of the area that are exported."""

from portal.auth.permissions import ROLE_NAMES
from portal.errors import N_
from portal.registry.lists import YES_NO, ExportedList, heading
from portal.staff.queries import list_users

ACCOUNTS = {"invited": N_("invited"), "active": N_("active"), "disabled": N_("disabled")}


LISTS = (
    ExportedList(
        "staff",
        N_("Staff"),
        "staff.see",
        "users",
        (),
        lambda filters, **window: list_users(**window),
        (
            heading(N_("Name"), "name"),
            heading(N_("E-mail"), "email"),
            heading(N_("Role"), "role", ROLE_NAMES),
            heading(N_("Account"), "status", ACCOUNTS),
            heading(N_("Second factor"), "has_factor", YES_NO),
        ),
    ),
)
