"""Passkeys: what a browser is asked for, and whether its answer holds (W3C Web Authentication)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from portal.errors import N_, DomainError

LARGEST_ANSWER = 16_384
# What the library makes of an answer that no authenticator gives: an empty key is a LookupError.
UNREADABLE = (WebAuthnException, ValueError, LookupError, TypeError)
# it comes after the password, so a security key without a PIN will do
UNLOCKING = UserVerificationRequirement.PREFERRED


class PasskeyRefused(DomainError):
    """The device's answer is not for this page, not of this person's passkeys, or not intact."""

    field = "credential"
    message = N_("That did not work. Try again, with a passkey of yours for this clinic.")


class PasskeyCopied(PasskeyRefused):
    """It is the passkey's answer, but was counted before: something else has its key."""

    message = N_("There may be a copy of this passkey. Use another one, and tell an administrator.")


@dataclass(frozen=True)
class Site:
    """For whom passkeys are made, such as `clinic.example`, and the origin they are given from."""

    host: str
    origin: str


def creation(
    site: Site, *, challenge: bytes, clinic: str, email: str, handle: bytes, known: Sequence[bytes]
) -> str:
    """The options of a browser's new passkey, as JSON.

    Args:
        handle: stands for the person on the device, and says nothing of them.
        known: the ids of the passkeys they have, which a device does not make again.
    """
    return options_to_json(
        generate_registration_options(
            rp_id=site.host, rp_name=clinic, user_name=email, user_id=handle, challenge=challenge,
            exclude_credentials=_descriptors(known),
            authenticator_selection=AuthenticatorSelectionCriteria(user_verification=UNLOCKING),
        )
    )  # fmt: skip


def request(site: Site, *, challenge: bytes, known: Sequence[bytes]) -> str:
    """The options of a browser's request for one of the known passkeys, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host, challenge=challenge, allow_credentials=_descriptors(known),
            user_verification=UNLOCKING,
        )
    )  # fmt: skip


def credential_id_of(answer: str) -> bytes:
    """Which passkey an answer says it is of. Raises PasskeyRefused."""
    try:
        return base64url_to_bytes(str(_parsed(answer)["id"]))
    except (KeyError, ValueError):
        raise PasskeyRefused from None


def created(site: Site, challenge: bytes, answer: str) -> VerifiedRegistration:
    """The passkey a browser made for this challenge. Raises PasskeyRefused."""
    try:
        return verify_registration_response(
            credential=_parsed(answer), expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin,
        )  # fmt: skip
    except UNREADABLE:
        raise PasskeyRefused from None


def used(site: Site, challenge: bytes, answer: str, public_key: bytes, sign_count: int) -> int:
    """How often the passkey was used by now, if this is its answer to this challenge.

    Raises:
        PasskeyRefused: it is not.
        PasskeyCopied: it counts backwards, as a copy of it would.
    """
    try:
        verified = verify_authentication_response(
            credential=_parsed(answer), expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=public_key,
            credential_current_sign_count=0,
        )  # fmt: skip
    except UNREADABLE:
        raise PasskeyRefused from None
    if sign_count and verified.new_sign_count <= sign_count:
        raise PasskeyCopied
    return verified.new_sign_count


def _descriptors(known: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each) for each in known]


def _parsed(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer[:LARGEST_ANSWER] or "null")
    except RecursionError:
        raise ValueError("too many layers") from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
