"""An envelope opens where it was sealed, with the key that sealed it, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.phi.envelopes import OVERHEAD, Binding, EnvelopeError, key_version_of, seal, unseal

HERE = Binding(7, "patients", "first_name", UUID(int=1))
CIPHER = AESGCM(bytes(range(32)))
NAME = "Zoë".encode()


def opened(envelope: bytes) -> bytes:
    key_version_of(envelope)
    return unseal(CIPHER, HERE, envelope)


@pytest.mark.parametrize(
    "plaintext", [b"", NAME, "山田".encode(), b"x" * 28, b"x" * 29, b"y" * 9_999]
)
def test_what_was_sealed_opens(plaintext):
    assert unseal(CIPHER, HERE, seal(CIPHER, 1, HERE, plaintext)) == plaintext


def test_lengths_are_buckets():
    lengths = {len(seal(CIPHER, 1, HERE, b"x" * n)) - OVERHEAD for n in range(200)}
    assert lengths == {32, 64, 128, 256}


def test_equal_names_look_different():
    assert seal(CIPHER, 1, HERE, NAME) != seal(CIPHER, 1, HERE, NAME)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, tenant_id=8),
        replace(HERE, table="appointments"),
        replace(HERE, column="last_name"),
        replace(HERE, row_uid=UUID(int=2)),
        replace(HERE, table="patientsfirst_", column="name"),
    ],
)
def test_a_moved_envelope_does_not_open(elsewhere):
    with pytest.raises(EnvelopeError):
        unseal(CIPHER, elsewhere, seal(CIPHER, 1, HERE, NAME))


def test_no_flipped_bit_goes_unseen():
    envelope = seal(CIPHER, 1, HERE, NAME)
    for bit in range(len(envelope) * 8):
        damaged = bytearray(envelope)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EnvelopeError):
            opened(bytes(damaged))


def test_nothing_shorter_or_longer_opens():
    envelope = seal(CIPHER, 1, HERE, NAME)
    for damaged in [envelope[:length] for length in range(len(envelope))] + [envelope + b"\0"]:
        with pytest.raises(EnvelopeError):
            opened(damaged)


def test_another_key_does_not_open_it():
    with pytest.raises(EnvelopeError):
        unseal(AESGCM(bytes(32)), HERE, seal(CIPHER, 1, HERE, NAME))


def test_it_says_which_version_of_the_key_sealed_it():
    assert key_version_of(seal(CIPHER, 513, HERE, NAME)) == 513


def test_a_field_of_many_megabytes_is_refused():
    with pytest.raises(ValueError, match="too long"):
        seal(CIPHER, 1, HERE, b"x" * (1 << 24))
