"""Records of a patient that move when two are merged, and back when they are unmerged."""

from sqlalchemy import text

from portal.sql import statement

# What hangs on a patient; all tables but the last belong to higher areas.
MOVE = {
    table: text(
        f"UPDATE {table} SET patient_id = :to WHERE tenant_id = :tenant_id"  # noqa: S608 - see below
        f" AND patient_id = :from {only} RETURNING id"
    )
    for table, only in {
        "appointments": "",
        "disclosures": "",
        "waitlist_entries": "",
        "patient_alerts": "",
        "patient_notes": "",
        "patient_contacts": "",
        "patient_merges": "AND undone_at IS NULL",
    }.items()
}
MOVE_BACK = {
    table: text(
        f"UPDATE {table} SET patient_id = :to WHERE tenant_id = :tenant_id"  # noqa: S608 - as above
        " AND patient_id = :from AND id = ANY(CAST(:ids AS bigint[]))"
    )
    for table in MOVE
}
# What was corrected since goes back with its corrections.
MOVE_BACK |= {
    table: statement("patients/corrected_moved_back", table=table)
    for table in ("disclosures", "patient_notes")
}
# Whose visit it is has never been an act: what was done to it last is still the last.
STILL_LAST = text("""
    UPDATE appointment_acts c SET visit_version = a.row_version
      FROM appointments a
     WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS bigint[]))
       AND c.tenant_id = :tenant_id AND c.appointment_id = a.id AND c.undone_at IS NULL
       AND c.visit_version = a.row_version - 1
""")
# Where the merge keeps which of a table's rows moved.
KEPT_IN = {
    "appointments": "visit_ids",
    "disclosures": "disclosure_ids",
    "patient_merges": "merge_ids",
    "waitlist_entries": "waitlist_ids",
    "patient_alerts": "alert_ids",
    "patient_notes": "note_ids",
    "patient_contacts": "contact_ids",
}
