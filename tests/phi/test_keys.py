"""Keys wrap and derive as the specifications that they name say."""

import pytest

from portal.phi.keys import (
    KeyUnavailable,
    LocalKey,
    TenantKeys,
    about,
    derived,
    process_key,
    proof,
)

KEK = bytes(range(32))


def test_a_wrapped_key_comes_back():
    kek = LocalKey(KEK)
    assert kek.unwrap(kek.wrap(b"k" * 32, about(1, "data", 1)), about(1, "data", 1)) == b"k" * 32


@pytest.mark.parametrize("other", [about(2, "data", 1), about(1, "index", 1), about(1, "data", 2)])
def test_a_wrapped_key_serves_one_tenant_purpose_and_version(other):
    kek = LocalKey(KEK)
    with pytest.raises(KeyUnavailable):
        kek.unwrap(kek.wrap(b"k" * 32, about(1, "data", 1)), other)


def test_another_key_encryption_key_unwraps_nothing():
    wrapped = LocalKey(KEK).wrap(b"k" * 32, b"")
    with pytest.raises(KeyUnavailable):
        LocalKey(bytes(32)).unwrap(wrapped, b"")


def test_derivation_is_hkdf_sha256():
    # RFC 5869, A.3: no salt, no info, the first 32 bytes.
    okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert derived(b"\x0b" * 22, b"").hex() == okm


def test_columns_have_keys_of_their_own():
    keys = TenantKeys(data={1: KEK}, active=1, index=KEK, loaded_at=0)
    sealed = keys.cipher(1, "patients", "dob").encrypt(bytes(12), b"x", None)
    assert keys.cipher(1, "patients", "notes").encrypt(bytes(12), b"x", None) != sealed
    with pytest.raises(KeyUnavailable):
        keys.cipher(2, "patients", "dob")


def test_the_process_key_is_neither_the_kek_nor_the_wrapping_key():
    assert process_key(KEK) not in (KEK, derived(KEK, b"portal wrapping"))
    assert proof(process_key(KEK), b"a") != proof(process_key(KEK), b"b")
