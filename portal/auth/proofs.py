"""Proofs: how the database knows that this process asks, and no smuggled-in statement.

What a proof is of, the portal has read from the database: so none is made once a smuggled-in
statement may have answered instead, since what it is of could be committed by another.
"""

import time
from typing import Any

from flask import current_app

from portal.db import require_own_statements
from portal.phi.keys import process_key, proof

PROOF_SECONDS = 30


def proven(question: str, *arguments: object) -> dict[str, Any]:
    """The `expires` and `proof` arguments of what only this process may ask or write.

    Raises:
        DBAPIError: SQL meddled with what is prepared on the connection.
    """
    require_own_statements()
    expires = int(time.time()) + PROOF_SECONDS
    message = "|".join(str(part) for part in (question, *arguments, expires))
    key = process_key(current_app.config["PORTAL_KEY"])
    return {"expires": expires, "proof": proof(key, message.encode()).hex()}


def pseudonym(*parts: str) -> bytes:
    """A keyed hash that stands for somebody in a table which shall not say who."""
    key = process_key(current_app.config["PORTAL_KEY"])
    return proof(key, "|".join(("pseudonym", *parts)).encode())
