"""People who can be reached, notices to them, and what became of their messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.builders import Book, done

from whiteslip.care.contacts.model import Channel, Flag
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.flows import keep_contacts as keeping
from whiteslip.infra.database import Connection
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers

ACTOR = "shop"
LATE = (Reason(ReasonCode.OVERDUE, {"days": 30}),)


def reachable(
    book: Book,
    customer_id: int,
    address: str = "+8613800000900",
    *,
    channel: Channel = Channel.SMS,
    zone: str = "Asia/Shanghai",
    may_at_night: bool = False,
    is_verified: bool = True,
) -> int:
    """Give somebody a contact point; returns its number."""
    asked = keeping.ContactRequest(customer_id, channel, address, zone, may_at_night, ACTOR)
    contact = done(book.write(lambda db: keeping.add_contacts(db, [asked], at=book.at))[0])
    if is_verified:
        named = keeping.OwnedRequest(customer_id, contact.contact_id, ACTOR)
        done(book.write(lambda db: keeping.verify_contacts(db, [named], at=book.at))[0])
    return contact.contact_id


def opt(book: Book, customer_id: int, channel: Channel = Channel.SMS, *, out: bool = True) -> None:
    """Turn a channel off or on."""
    asked = keeping.OptRequest(customer_id, channel, out, ACTOR)
    done(book.write(lambda db: keeping.opt_out(db, [asked], at=book.at))[0])


def flag(book: Book, customer_id: int, kind: Flag = Flag.HARDSHIP) -> int:
    """Flag somebody from today on; returns the flag's number."""
    asked = keeping.FlagRequest(customer_id, kind, None, None, ACTOR)
    return done(book.write(lambda db: keeping.set_flags(db, [asked], at=book.at))[0]).flag_id


def tell(
    db: Connection,
    customer_ids: Sequence[int],
    kind: str = "suspended",
    *,
    book: Book,
    at: datetime,
) -> list[int]:
    """Write a notice to each; returns their numbers."""
    numbers = take_numbers(db, len(customer_ids))
    reasons = LATE if kind in {"suspended", "restricted", "warned", "limit_cut"} else ()
    notices = [
        NewNotice(customer_id, number, 1, kind, reasons, book.today)
        for customer_id, number in zip(customer_ids, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    return numbers


def told(
    book: Book, customer_id: int, kind: str = "suspended", *, at: datetime | None = None
) -> int:
    """Write a notice to one person."""
    when = at or book.at
    return book.write(lambda db: tell(db, [customer_id], kind, book=book, at=when))[0]


def rows(book: Book, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database."""
    return book.database.read(lambda db: db.execute(query.encode(), values).fetchall())


def messages(book: Book) -> list[tuple[Any, ...]]:
    """Tell where every message stands, in order."""
    return rows(book, "SELECT status, why, tries FROM care.message ORDER BY customer_id, notice_id")
