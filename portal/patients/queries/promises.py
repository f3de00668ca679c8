"""What is promised of patients, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session
from portal.patients.queries.holding import token_of
from portal.patients.rules.finding import SCHEME, Key
from portal.phi.keys import KeyUnavailable
from portal.tenancy.context import facts

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
    values = {"tenant_id": facts().tenant_id, "limit": MOST_SHOWN}
    return session.scalars(LOST, values).all()


def patients_of_an_older_scheme() -> Sequence[str]:
    """Patients whose tokens are not all of those by which patients are found now."""
    try:
        scheme = token_of(Key("scheme", SCHEME))
    except KeyUnavailable:  # destroyed with intent: nobody is found any more
        return []
    values = {"tenant_id": facts().tenant_id, "limit": MOST_SHOWN, "scheme": scheme}
    return session.scalars(STALE, values).all()
