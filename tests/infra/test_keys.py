"""API keys: seen once, stored as a keyed hash, bound to scopes, revocable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whiteslip.infra import keys
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound

AT = datetime(2026, 1, 1, tzinfo=UTC)
PEPPER = b"p" * 64


def issue(
    db: Connection, *scopes: str, label: str = "shop", merchant_id: int | None = None
) -> bytes:
    key = keys.issue(db, label=label, merchant_id=merchant_id, scopes=scopes, at=AT, pepper=PEPPER)
    return key.encode()


def test_a_key_stands_for_its_caller(db: Connection) -> None:
    key = issue(db, *keys.MERCHANT_SCOPES, merchant_id=3)

    found = keys.find(db, key, pepper=PEPPER)

    assert found is not None
    assert (found.label, found.merchant_id) == ("shop", 3)
    assert found.may("purchases:write")
    assert not found.may("lines:write")


def test_an_operator_may_everything(db: Connection) -> None:
    found = keys.find(db, issue(db, keys.OPERATOR), pepper=PEPPER)

    assert found is not None
    assert all(found.may(scope) for scope in keys.SCOPES)


def test_neither_the_key_nor_a_plain_hash_is_stored(db: Connection) -> None:
    key = issue(db, keys.OPERATOR)
    row = db.execute("SELECT api_key::text FROM infra.api_key").fetchone()

    assert row is not None
    assert key.decode() not in row[0]
    assert keys.find(db, key, pepper=b"q" * 64) is None


@pytest.mark.parametrize("key", [b"", b"wsk_nothing", b"\xff\x00"])
def test_an_unknown_key_stands_for_nobody(db: Connection, key: bytes) -> None:
    assert keys.find(db, key, pepper=PEPPER) is None


def test_a_revoked_key_stands_for_nobody_but_is_listed(db: Connection) -> None:
    key = issue(db, keys.OPERATOR)
    caller_id = keys.listed(db)[0].caller_id

    keys.revoke(db, caller_id, at=AT)

    assert keys.find(db, key, pepper=PEPPER) is None
    assert keys.listed(db)[0].revoked_at == AT
    with pytest.raises(NotFound):
        keys.revoke(db, caller_id, at=AT)


def test_unknown_scopes_are_refused(db: Connection) -> None:
    with pytest.raises(InvalidInput, match="not a scope"):
        issue(db, "purchases:fly")


def test_a_merchant_is_not_an_operator(db: Connection) -> None:
    with pytest.raises(InvalidInput, match="operator"):
        issue(db, keys.OPERATOR, merchant_id=3)


def test_the_pepper_is_made_once_and_private(tmp_path: Path) -> None:
    pepper = keys.pepper_at(tmp_path)
    path = tmp_path / "secrets" / "api-key-pepper"

    assert keys.pepper_at(tmp_path) == pepper
    assert len(pepper) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(InvalidInput, match="0600"):
        keys.pepper_at(tmp_path)


def test_processes_that_begin_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(16) as many:
        waiting = [many.submit(keys.secret_at, home, "new") for _ in range(64)]
    found = [each.result() for each in waiting]
    assert len(set(found)) == 1
    assert len(found[0]) == 64
    assert [file.name for file in (home / "secrets").iterdir()] == ["new"]
