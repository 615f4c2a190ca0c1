"""Erase: a person's key is destroyed and their own data go, while the ledger, statements and decisions stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.budgeting.store import forget_budgets
from whiteslip.care.privacy import rules, store
from whiteslip.care.privacy.model import Kept
from whiteslip.care.privacy.store import ErasureAsked
from whiteslip.credit.applications.store import erase_applicants
from whiteslip.credit.bureau.store import erase_reports
from whiteslip.credit.customers.model import SEALED_MARK
from whiteslip.credit.customers.store import erase_customers, existing
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.kernel.parameters import Words
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.mandates.store import erase_sources
from whiteslip.risk.network.store import forget_links


class KeptFor(NamedTuple):
    """A reason to keep somebody's data, in words; `until` where it ends by itself."""

    keeping: str
    until: date | None
    words: Words


class Erased(NamedTuple):
    """What became of a request: done, or the reasons why not now."""

    customer_id: int
    erasure_id: int
    done: bool
    kept_for: tuple[KeptFor, ...]


class HoldPlaced(NamedTuple):
    """A legal hold that stands."""

    customer_id: int
    hold_id: int


def erase(
    db: Connection, customer_ids: Sequence[int], *, actor: str, at: datetime
) -> list[Erased | WhiteslipError]:
    """Erase people who may be erased, each once; what stays of them is a number without a name."""
    on = business_day.today(db).current_on
    store.bar_people(db, existing(db, set(customer_ids)))
    standings = store.read_standings(db, set(customer_ids))
    answers: list[Erased | WhiteslipError] = []
    asked: list[ErasureAsked] = []
    for customer_id, number in zip(customer_ids, take_numbers(db, len(customer_ids)), strict=True):
        standing = standings.get(customer_id)
        if standing is None:
            answers.append(NotFound(f"there is no customer {customer_id}"))
        elif standing.erased_on is not None:
            answers.append(Conflict("this person was erased"))
        else:
            kept = rules.kept_for(standing, store.terms(), on=on)
            asked.append(ErasureAsked(customer_id, number, kept, actor))
            if not kept:
                standings[customer_id] = standing._replace(erased_on=on)
            answers.append(Erased(customer_id, number, not kept, tuple(map(_told, kept))))
    _carry_out(db, [one.customer_id for one in asked if not one.kept_for], on=on, at=at)
    store.append_erasures(db, asked, on=on, at=at)
    return answers


def place_hold(
    db: Connection, customer_id: int, *, basis: str, actor: str, at: datetime
) -> HoldPlaced | WhiteslipError:
    """Place a legal hold: nothing of the person is erased while it stands."""
    if customer_id not in existing(db, [customer_id]):
        return NotFound(f"there is no customer {customer_id}")
    store.bar_people(db, [customer_id])
    (number,) = take_numbers(db, 1)
    store.place_hold(db, customer_id, number, basis=basis, actor=actor, at=at)
    return HoldPlaced(customer_id, number)


def end_hold(
    db: Connection, customer_id: int, hold_id: int, *, actor: str, at: datetime
) -> HoldPlaced | WhiteslipError:
    """End a legal hold that stands."""
    if not store.end_hold(db, customer_id, hold_id, actor=actor, at=at):
        return NotFound(f"no hold {hold_id} stands on customer {customer_id}")
    return HoldPlaced(customer_id, hold_id)


def _carry_out(db: Connection, gone: Sequence[int], *, on: date, at: datetime) -> None:
    if not gone:
        return
    store.destroy_keys(db, gone, on=on, at=at)
    forget_budgets(db, gone)
    erase_customers(db, gone)
    erase_applicants(db, gone)
    erase_reports(db, gone)
    forget_links(db, gone)
    erase_sources(db, gone, mark=SEALED_MARK, on=on, at=at)
    outbox.append(db, "care.person-erased", customer_ids=gone, subject_ids=gone, at=at)


def _told(kept: Kept) -> KeptFor:
    return KeptFor(kept.keeping, kept.until, store.terms().keeping[kept.keeping])
