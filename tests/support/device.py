"""A device that makes and gives passkeys, as WebAuthn's authenticator model says (ES256, no
attestation)."""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, WITH_KEY = 0x01, 0x40
HERE = "http://localhost"


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Device:
    """One passkey; it counts how often it was used."""

    origin: str = HERE
    host: str = "localhost"
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    count: int = 0
    public_key: bytes | None = None  # said in the place of its own

    def make(self, asked: dict[str, Any]) -> str:
        """The answer to a request for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id
        said = cbor2.dumps(public) if self.public_key is None else self.public_key
        told = self._told(PRESENT | WITH_KEY) + attested + said
        statement = {"fmt": "none", "attStmt": {}, "authData": told}
        return self._answer(
            attestationObject=base64url(cbor2.dumps(statement)),
            clientDataJSON=base64url(self._client("webauthn.create", asked)),
        )

    def give(self, asked: dict[str, Any]) -> str:
        """The answer to a request for this passkey."""
        self.count += 1
        told, client = self._told(PRESENT), self._client("webauthn.get", asked)
        signed = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            authenticatorData=base64url(told),
            clientDataJSON=base64url(client),
            signature=base64url(signed),
        )

    def _told(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, asked: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": asked["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, **response: str) -> str:
        name = base64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
