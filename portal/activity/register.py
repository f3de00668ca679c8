"""The area's registration, with the words for what the floors below all areas note."""

from portal.activity import sheet
from portal.activity.views import bp
from portal.errors import N_
from portal.registry.area import Area
from portal.registry.log import LogWords
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "disclosures": N_("Disclosure"),
        "tenant_keys": N_("Encryption key"),
        "tenants": N_("Clinic"),
        "user_action_audit_log": N_("Activity log"),
    },
    patients_seen={
        "activity.accounting": N_("Saw the accounting of disclosures"),
        "activity.correction": N_("Saw a disclosure to correct it"),
        "activity.disclosure_new": N_("Saw a patient to record a disclosure"),
        "activity.disclosures": N_("Saw the disclosures"),
        "activity.of_patient": N_("Saw who looked at a patient"),
        "activity.values": N_("Saw values of the activity log"),
    },
    done={
        "activity.export": N_("Exported the activity log"),
        "audit.purge": N_("Purged old entries of the activity log"),
        "denied": N_("Was refused a page"),
        "activity.index": N_("Looked at the activity log"),
        "activity.show": N_("Looked at an entry of the log"),
        "activity.glass": N_("Looked at the uses of emergency access"),
        "field.unreadable": N_("Met a field that cannot be read"),
        "keys.destroyed": N_("Destroyed the keys of all patient data"),
        "keys.exchange-begun": N_("Began to exchange the keys of patient data"),
        "keys.exchanged": N_("Exchanged the keys of patient data"),
        "keys.wrapped-anew": N_("Wrapped the keys of patient data anew"),
        "message.seen": N_("Read a message"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("the activity log"),
    rail=(RailEntry(120, "activity.index", "history", N_("Activity")),),
    log=LOG,
    exports={"activity": sheet.EXPORT},
)
