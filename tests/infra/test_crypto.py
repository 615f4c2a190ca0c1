"""What is sealed opens with its own key, for its owner and field, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.infra.crypto import Keyring, keyring
from whiteslip.infra.settings import load
from whiteslip.kernel.errors import InvalidInput, InvariantBroken

RING = Keyring(bytes(range(32)))


@given(st.text(max_size=80), st.integers(1, 2**63 - 1))
def test_what_is_sealed_opens(text: str, owner: int) -> None:
    key, wrapped = RING.new_key(owner)
    sealed = key.seal(text, field="name")

    assert RING.unwrap(wrapped, owner).open(sealed, field="name") == text
    assert not text or text.encode() not in sealed or len(text) < 3
    assert sealed != key.seal(text, field="name"), "a nonce of its own"


def test_nothing_opens_in_another_place_or_once_changed() -> None:
    key, wrapped = RING.new_key(7)
    sealed = key.seal("李雷", field="name")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])

    for text, field in ((sealed, "contact"), (changed, "name"), (b"", "name"), (b"short", "name")):
        with pytest.raises(InvariantBroken, match="does not open"):
            key.open(text, field=field)
    other, _ = RING.new_key(8)
    with pytest.raises(InvariantBroken):
        other.open(sealed, field="name")
    for ring, owner in ((RING, 8), (Keyring(bytes(32)), 7)):
        with pytest.raises(InvariantBroken, match="another master key"):
            ring.unwrap(wrapped, owner)


def test_a_name_is_found_with_the_master_key_only() -> None:
    assert RING.finds("李雷") == RING.finds("李雷") != RING.finds("韩梅梅")
    assert Keyring(bytes(32)).finds("李雷") != RING.finds("李雷")


def test_the_master_key_is_made_once_and_kept(tmp_path: Path) -> None:
    settings = load(home=tmp_path)

    _, wrapped = keyring(settings).new_key(7)

    keyring(settings).unwrap(wrapped, 7)
    assert (tmp_path / "secrets" / "master-key").stat().st_mode & 0o777 == 0o600


def test_an_operators_own_file_is_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "key"
    settings = load(home=tmp_path, master_key_file=file)

    with pytest.raises(InvalidInput, match="there is no file"):
        keyring(settings)
    file.write_text("00" * 32)
    file.chmod(0o644)
    with pytest.raises(InvalidInput, match="read by others"):
        keyring(settings)
    file.chmod(0o600)
    assert keyring(settings).finds("a") == Keyring(bytes(32)).finds("a")
    for wrong, said in (("zz", "hexadecimal"), ("00", "32 bytes")):
        file.write_text(wrong)
        with pytest.raises(InvalidInput, match=said):
            keyring(settings)
