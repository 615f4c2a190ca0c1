"""Accounts of staff and shops: made, disabled, enabled, and given passwords; disabling one ends all of its sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whiteslip.infra.accounts import keeping, passwords, policy
from whiteslip.infra.accounts.model import Account, EventKind, Kind, NewAccount
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.money.merchants import store as merchants


def make_accounts(
    db: Connection, wanted: Sequence[NewAccount], *, by: str, at: datetime
) -> list[Account | Conflict | InvalidInput]:
    """Make accounts of staff and shops, each or a reason why not; a name belongs to one person."""
    return [_make(db, new, by=by, at=at) for new in wanted]


def disable_account(db: Connection, account_id: int, *, by: str, at: datetime) -> Account:
    """Disable an account and end all of its sessions; nobody disables their own."""
    account = _found(db, account_id)
    if account.actor == by:
        raise Conflict("nobody disables their own account")
    if not keeping.disable_account(db, account_id, at=at):
        raise Conflict(f"{account.name} is disabled already")
    keeping.end_sessions(db, account_id)
    _note(db, account_id, EventKind.DISABLED, by, at)
    return account


def enable_account(db: Connection, account_id: int, *, by: str, at: datetime) -> Account:
    """Enable an account that was disabled."""
    account = _found(db, account_id)
    if not keeping.enable_account(db, account_id):
        raise Conflict(f"{account.name} is not disabled")
    _note(db, account_id, EventKind.ENABLED, by, at)
    return account


def set_password(
    db: Connection, account_id: int, password: str, *, by: str, at: datetime
) -> Account:
    """Give an account a password and end its sessions, which were opened with the old one."""
    account = _found(db, account_id)
    if account.kind is Kind.SHOPPER:
        raise Conflict("a customer has no password with us; the shop's app makes a link")
    hashed = passwords.hashed(password, shortest=policy.shipped().shortest_password)
    keeping.set_password(db, account_id, hashed)
    keeping.end_sessions(db, account_id)
    _note(db, account_id, EventKind.PASSWORD_SET, by, at)
    return account


def _make(
    db: Connection, new: NewAccount, *, by: str, at: datetime
) -> Account | Conflict | InvalidInput:
    try:
        _check(db, new)
        actor = actor_of(new.name)
        shortest = policy.shipped().shortest_password
        hashed = None if new.password is None else passwords.hashed(new.password, shortest=shortest)
    except InvalidInput as error:
        return error
    made = keeping.insert_account(db, new, actor=actor, password_hash=hashed, at=at)
    if made is None:
        return Conflict(f"there is an account named {new.name!r} already")
    _note(db, made.account_id, EventKind.MADE, by, at)
    return made


def _check(db: Connection, new: NewAccount) -> None:
    if new.kind is Kind.SHOPPER:
        raise InvalidInput("customers come by a link of the shop's app", where="kind")
    if new.name.startswith("cus_"):
        raise InvalidInput("a name that begins with cus_ is a customer's", where="name")
    if (new.kind is Kind.STAFF) != bool(new.roles):
        raise InvalidInput("staff have at least one role, others none", where="roles")
    if (new.kind is Kind.MERCHANT) != (new.merchant_id is not None):
        raise InvalidInput("a shop's account names its shop, others none", where="merchant")
    if new.merchant_id is not None and new.merchant_id not in merchants.read_merchants(
        db, [new.merchant_id]
    ):
        raise InvalidInput("there is no such shop", where="merchant")


def _found(db: Connection, account_id: int) -> Account:
    account = keeping.find_account_by_id(db, account_id)
    if account is None:
        raise NotFound("there is no such account")
    return account


def _note(db: Connection, account_id: int, kind: EventKind, by: str, at: datetime) -> None:
    keeping.append_account_event(db, account_id, kind, actor=by, address="", at=at)
