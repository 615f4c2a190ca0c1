"""Signing in and out: by a password, by a link of the shop's app, or, in a sandbox only, as one of the ready people."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from whiteslip.credit.customers.store import existing
from whiteslip.infra.accounts import keeping, passwords, policy, slowing, tokens
from whiteslip.infra.accounts.keeping import Seen
from whiteslip.infra.accounts.model import (
    Account,
    EventKind,
    Kind,
    NewAccount,
    Pace,
    SignedIn,
    Slowed,
)
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel import ids
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound

MOST_READY = 24
"""How many people a sandbox offers to be."""


class LinkRequest(NamedTuple):
    """A link wanted for a customer, by the shop's app named `by`."""

    customer_id: int
    by: str


class Link(NamedTuple):
    """A link that opens a session once; the token can be seen this once."""

    customer_id: int
    token: str
    ends_at: datetime


def sign_in(
    database: Database,
    name: str,
    password: str,
    *,
    address: str,
    replacing: str | None,
    at: datetime,
) -> SignedIn | Slowed | None:
    """Sign in with a password; None when name and password do not belong together.

    Takes transactions of its own, as hashing is slow on purpose and holds nothing meanwhile: a try is counted before
    the password is looked at, and taken back when it was right. The session `replacing` ends.
    """
    actor = _actor(name)
    subjects = (f"account:{actor}", f"address:{address}")
    slowed = database.write(lambda db: _count_try(db, subjects, actor, address, at))
    if slowed is not None:
        return slowed
    kept = database.read(lambda db: keeping.find_account(db, actor))
    if not passwords.matches(password, kept.password_hash if kept else None) or kept is None:
        database.write(
            lambda db: _note(
                db,
                kept.account if kept else None,
                EventKind.FAILED,
                actor=actor,
                address=address,
                at=at,
            )
        )
        return None

    def admit(db: Connection) -> SignedIn | None:
        keeping.set_pace(db, subjects[0], Pace(0, at, at))
        _take_back(db, subjects[1], at)
        return _admit(db, kept.account, address=address, replacing=replacing, at=at)

    return database.write(admit)


def sign_in_as(
    db: Connection, account_id: int, *, address: str, replacing: str | None, at: datetime
) -> SignedIn:
    """Sign in as a ready person, without a password: for a sandbox only, which the caller has checked."""
    ready = {each.account_id: each for each in keeping.list_ready_accounts(db, limit=MOST_READY)}
    if account_id not in ready:
        raise NotFound("there is no such ready person")
    return _admitted(_admit(db, ready[account_id], address=address, replacing=replacing, at=at))


def sign_out(db: Connection, token: str, account: Account, *, address: str, at: datetime) -> None:
    """End the session of a token."""
    if keeping.end_session(db, tokens.hashed(token)):
        _note(db, account, EventKind.SIGNED_OUT, actor=account.actor, address=address, at=at)


def make_links(
    db: Connection, requests: Sequence[LinkRequest], *, at: datetime
) -> list[Link | NotFound]:
    """Make a link for each customer there is, and an account for those who never came before."""
    known = existing(db, {request.customer_id for request in requests})
    return [
        _make_link(db, request, at=at)
        if request.customer_id in known
        else NotFound(f"there is no customer {ids.write('cus', request.customer_id)}")
        for request in requests
    ]


def may_enter(db: Connection, token: str, *, at: datetime) -> int | None:
    """Say whose session a link would open, if it still does."""
    return keeping.find_link(db, tokens.hashed(token), at=at) if tokens.looks_right(token) else None


def enter(
    db: Connection, token: str, *, address: str, replacing: str | None, at: datetime
) -> SignedIn | None:
    """Open the session of a link, once; None when it was used before or has ended."""
    used = keeping.use_link(db, tokens.hashed(token), at=at) if tokens.looks_right(token) else None
    if used is None:
        _note(db, None, EventKind.LINK_REFUSED, actor="", address=address, at=at)
        return None
    account = keeping.find_customer_account(db, used)
    if account is None:
        raise NotFound("there is no such account")
    return _admit(db, account, address=address, replacing=replacing, at=at)


def find_person(db: Connection, token: str, *, at: datetime) -> Seen | None:
    """Find who is signed in with a token."""
    if not tokens.looks_right(token):
        return None
    return keeping.find_session(db, tokens.hashed(token), policy.shipped(), at=at)


def is_stale(seen: Seen, *, at: datetime) -> bool:
    """Tell whether it is time to note that the session was seen."""
    return at - seen.seen_at >= timedelta(seconds=policy.shipped().seen_every_seconds)


def note_seen(db: Connection, token: str, *, at: datetime) -> None:
    """Note that a session was seen."""
    keeping.touch_session(db, tokens.hashed(token), at=at)


def note_act(db: Connection, account: Account, what: str, *, address: str, at: datetime) -> None:
    """Keep that a person acted through a form, in the transaction of the act."""
    keeping.append_account_event(
        db,
        account.account_id,
        EventKind.ACTED,
        actor=account.actor,
        address=address,
        detail=what,
        at=at,
    )


def customer_account(db: Connection, customer_id: int, *, by: str, at: datetime) -> Account:
    """Return the account of a customer, making it the first time."""
    name = ids.write("cus", customer_id)
    new = NewAccount(Kind.SHOPPER, name, customer_id=customer_id)
    made = keeping.insert_account(db, new, actor=name, password_hash=None, at=at)
    if made is not None:
        keeping.append_account_event(
            db, made.account_id, EventKind.MADE, actor=by, address="", at=at
        )
        return made
    found = keeping.find_customer_account(db, customer_id)
    if found is None:
        raise Conflict(f"the name {name} is another account's")
    return found


def _make_link(db: Connection, request: LinkRequest, *, at: datetime) -> Link:
    account = customer_account(db, request.customer_id, by=request.by, at=at)
    token = tokens.fresh()
    ends_at = at + timedelta(minutes=policy.shipped().link_minutes)
    keeping.insert_link(
        db,
        request.customer_id,
        token_hash=tokens.hashed(token),
        made_by=request.by,
        at=at,
        ends_at=ends_at,
    )
    keeping.append_account_event(
        db, account.account_id, EventKind.LINK_MADE, actor=request.by, address="", at=at
    )
    return Link(request.customer_id, token, ends_at)


def _admit(
    db: Connection, account: Account, *, address: str, replacing: str | None, at: datetime
) -> SignedIn | None:
    """Open a session with a token nobody has seen before, and end the one it replaces."""
    token = tokens.fresh()
    ends_at = at + policy.shipped().longest(account.kind)
    opened = keeping.insert_session(
        db, account.account_id, token_hash=tokens.hashed(token), at=at, ends_at=ends_at
    )
    if not opened:
        _note(db, account, EventKind.FAILED, actor=account.actor, address=address, at=at)
        return None
    if replacing is not None:
        keeping.end_session(db, tokens.hashed(replacing))
    keeping.drop_ended_sessions(db, account.account_id, at=at)
    _note(db, account, EventKind.SIGNED_IN, actor=account.actor, address=address, at=at)
    return SignedIn(account, token, ends_at)


def _admitted(signed_in: SignedIn | None) -> SignedIn:
    if signed_in is None:
        raise NotAllowed("this account is disabled")
    return signed_in


def _count_try(
    db: Connection, subjects: tuple[str, str], actor: str, address: str, at: datetime
) -> Slowed | None:
    """Count a try of the account and of the address as failed, or say how long it waits."""
    limits = policy.shipped()
    paces = keeping.hold_pace(db, subjects, at=at)
    waiting = [pace for pace in paces.values() if slowing.must_wait(pace, at=at)]
    if waiting:
        kept = keeping.find_account(db, actor)
        _note(
            db,
            kept.account if kept else None,
            EventKind.SLOWED,
            actor=actor,
            address=address,
            at=at,
        )
        return Slowed(max(pace.waits_until for pace in waiting))
    for subject, rule in zip(subjects, (limits.account, limits.address), strict=True):
        keeping.set_pace(db, subject, slowing.after_failure(paces[subject], rule, at=at))
    return None


def _take_back(db: Connection, subject: str, at: datetime) -> None:
    """Count one failure less of an address whose try turned out right."""
    pace = keeping.hold_pace(db, [subject], at=at)[subject]
    failures = max(0, pace.failures - 1)
    keeping.set_pace(db, subject, Pace(failures, pace.failed_at, at))


def _note(
    db: Connection,
    account: Account | None,
    kind: EventKind,
    *,
    actor: str,
    address: str,
    at: datetime,
) -> None:
    number = None if account is None else account.account_id
    keeping.append_account_event(db, number, kind, actor=actor, address=address, at=at)


def _actor(name: str) -> str:
    """Return the form of a name by which it is looked up; what can be nobody's name is cut and matches nobody."""
    try:
        return actor_of(name)
    except InvalidInput:
        return "?" + "".join(c for c in unicodedata.normalize("NFKC", name) if c.isprintable())[:80]
