"""Proofs: how the database knows that this process asks, and no smuggled-in statement."""

import time
from typing import Any

from flask import current_app

from portal.phi.keys import process_key, proof

PROOF_SECONDS = 30


def proven(question: str, *arguments: object) -> dict[str, Any]:
    """The `expires` and `proof` arguments of a question asked before a tenant is known."""
    expires = int(time.time()) + PROOF_SECONDS
    message = "|".join(str(part) for part in (question, *arguments, expires))
    key = process_key(current_app.config["PORTAL_KEY"])
    return {"expires": expires, "proof": proof(key, message.encode()).hex()}


def pseudonym(*parts: str) -> bytes:
    """A keyed hash that stands for somebody in a table which shall not say who."""
    key = process_key(current_app.config["PORTAL_KEY"])
    return proof(key, "|".join(("pseudonym", *parts)).encode())
