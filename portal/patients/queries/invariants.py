"""Invariants of patients, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session
from portal.patients.queries.holding import token_of
from portal.patients.rules.finding import SCHEME, Key
from portal.phi.keys import KeyUnavailable
from portal.tenancy.context import request_context

MOST_SHOWN = 100

# A merged record's tokens lead to the one in which it lives on.
LOST = text("""
    SELECT format('patient %s cannot be found by searching', p.id)
      FROM patients p
     WHERE p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'
       AND NOT EXISTS (SELECT 1 FROM patient_search_tokens t
                        WHERE t.tenant_id = p.tenant_id AND t.patient_id = p.id)
     ORDER BY p.id LIMIT :limit
""")

# Merging takes the lines of a chart along.
LEFT_BEHIND = text("""
    SELECT format('%s %s stands on the merged record %s', line.kind, line.id, p.id)
      FROM patients p
      JOIN (SELECT tenant_id, patient_id, id, 'alert' AS kind FROM patient_alerts
             UNION ALL SELECT tenant_id, patient_id, id, 'note' FROM patient_notes
             UNION ALL SELECT tenant_id, patient_id, id, 'contact' FROM patient_contacts) AS line
        ON line.tenant_id = p.tenant_id AND line.patient_id = p.id
     WHERE p.tenant_id = :tenant_id AND p.status = 'merged'
     ORDER BY p.id, line.kind, line.id LIMIT :limit
""")
# A note that corrects another stands on the same chart.
APART = text("""
    SELECT format('note %s corrects one of another patient', n.id)
      FROM patient_notes n
      JOIN patient_notes first ON first.tenant_id = n.tenant_id AND first.id = n.corrects_id
     WHERE n.tenant_id = :tenant_id AND first.patient_id <> n.patient_id
     ORDER BY n.id LIMIT :limit
""")


def lines_of_charts_gone_astray() -> Sequence[str]:
    """Alerts, notes and contacts of a merged record, and corrections on another chart."""
    values = {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN}
    return [*session.scalars(LEFT_BEHIND, values), *session.scalars(APART, values)]


# Those of an older scheme are found by less; `flask patients reindex`, or the worker, mends it.
STALE = text("""
    SELECT format('patient %s is not found by all that is known', p.id)
      FROM patients p
     WHERE p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'
       AND NOT EXISTS (SELECT 1 FROM patient_search_tokens t
                        WHERE t.tenant_id = p.tenant_id AND t.field = 'scheme'
                          AND t.token = :scheme AND t.patient_id = p.id)
     ORDER BY p.id LIMIT :limit
""")


def patients_that_cannot_be_found() -> Sequence[str]:
    """Patients without a token to find them by."""
    values = {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN}
    return session.scalars(LOST, values).all()


def patients_of_an_older_scheme() -> Sequence[str]:
    """Patients whose tokens are not all of those by which patients are found now."""
    try:
        scheme = token_of(Key("scheme", SCHEME))
    except KeyUnavailable:  # destroyed with intent: nobody is found any more
        return []
    values = {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN, "scheme": scheme}
    return session.scalars(STALE, values).all()
