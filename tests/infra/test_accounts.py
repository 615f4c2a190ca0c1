"""Accounts and sessions: passwords, slowing down, one name a person, and the shipped limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.flows.keep_accounts import make_accounts
from whiteslip.infra.accounts import keeping, passwords, policy, slowing, tokens
from whiteslip.infra.accounts.model import Kind, NewAccount, Pace, Policy, Role, Slowing
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.kernel.parameters import read_parameters

AT = datetime(2026, 1, 1, tzinfo=UTC)
RULE = Slowing(
    free_tries=5, first_wait_seconds=2, longest_wait_seconds=300, forget_after_minutes=60
)


def test_a_password_matches_itself_in_any_form_and_nothing_else() -> None:
    kept = passwords.hashed("ｐａｓｓ word of é", shortest=12)

    assert passwords.matches(" pass word of e\u0301 ", kept)
    assert not passwords.matches("pass word of e", kept)
    assert not passwords.matches("nobody's password", None)
    assert kept.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["short", "   eleven chs   ", "x" * 201])
def test_a_password_of_no_good_length_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="12 to 200"):
        passwords.hashed(password, shortest=12)


def test_five_failures_are_free_and_then_each_waits_twice_as_long() -> None:
    pace, waits = Pace(0, AT, AT), list[float]()
    for _ in range(14):
        pace = slowing.after_failure(pace, RULE, at=AT)
        waits.append((pace.waits_until - AT).total_seconds())

    assert waits[:4] == [0] * 4
    assert waits[4:8] == [2, 4, 8, 16]
    assert waits[-1] == 300


@given(failures=st.integers(0, 10**6), later=st.integers(0, 10**6))
def test_a_wait_is_bounded_and_the_past_forgotten(failures: int, later: int) -> None:
    at = AT + timedelta(seconds=later)
    pace = slowing.after_failure(Pace(failures, AT, AT), RULE, at=at)

    assert timedelta() <= pace.waits_until - at <= timedelta(seconds=300)
    assert pace.failures == (1 if later >= 3600 else failures + 1)


def test_a_name_belongs_to_one_person(db: Connection) -> None:
    def make(name: str) -> object:
        new = NewAccount(Kind.STAFF, name, frozenset({Role.CARE}))
        return make_accounts(db, [new], by="test", at=AT)[0]

    assert not isinstance(make("Anna"), Exception)
    assert isinstance(make(" ＡＮＮＡ"), Conflict)


@pytest.mark.parametrize(
    "new",
    [
        NewAccount(Kind.STAFF, "Anna"),
        NewAccount(Kind.STAFF, "cus_7", frozenset({Role.CARE})),
        NewAccount(Kind.STAFF, "whiteslip", frozenset({Role.CARE})),
        NewAccount(Kind.STAFF, "Anna", frozenset({Role.CARE}), merchant_id=1),
        NewAccount(Kind.MERCHANT, "Shop"),
        NewAccount(Kind.MERCHANT, "Shop", merchant_id=999),
        NewAccount(Kind.SHOPPER, "Shopper", customer_id=1),
        NewAccount(Kind.STAFF, "Anna", frozenset({Role.CARE}), password="short"),
    ],
)
def test_an_account_that_cannot_be_is_refused(db: Connection, new: NewAccount) -> None:
    (made,) = make_accounts(db, [new], by="test", at=AT)

    assert isinstance(made, InvalidInput)
    assert keeping.list_accounts(db) == []


def test_the_database_keeps_no_token(db: Connection) -> None:
    new = NewAccount(Kind.STAFF, "Anna", frozenset({Role.CARE}))
    (account,) = make_accounts(db, [new], by="test", at=AT)
    assert not isinstance(account, Exception)
    token = tokens.fresh()
    kept = keeping.insert_session(
        db, account.account_id, token_hash=tokens.hashed(token), at=AT, ends_at=AT + timedelta(1)
    )
    row = db.execute("SELECT session::text FROM infra.session").fetchone()

    assert kept
    assert row is not None
    assert token not in row[0]


def test_limits_are_read_strictly() -> None:
    assert policy.shipped().shortest_password >= 12
    with pytest.raises(InvalidInput, match="unknown"):
        read_parameters("unknown = 1", Policy, file="accounts.toml")
