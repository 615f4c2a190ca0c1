"""Open lines: people join, and a line is opened for them under a product and an agreement they accept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.cures.store import cover_opened
from whiteslip.care.privacy.model import Person
from whiteslip.care.privacy.store import seal_people
from whiteslip.credit.agreements import store as agreements
from whiteslip.credit.agreements.model import Acceptance, How, Name, Subject
from whiteslip.credit.agreements.rules import check_version
from whiteslip.credit.customers.model import SEALED_MARK, NewCustomer
from whiteslip.credit.customers.store import existing, insert_customers
from whiteslip.infra import business_day, outbox
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines import rules
from whiteslip.money.lines.model import Line, NewLine
from whiteslip.money.lines.store import use
from whiteslip.money.products import store as products

__all__ = ["NewCustomer", "NewLine", "OpenedLine", "join", "open_lines"]


SHOP = "the shop"
"""Who opens a line where nobody is named."""


class OpenedLine(NamedTuple):
    """A line and its owner."""

    customer_id: int
    line_id: int


def join(
    db: Connection, people: Sequence[NewCustomer], *, at: datetime, ring: Keyring | None = None
) -> list[int]:
    """Keep people who join, with a master key their names sealed only; returns their customer ids, in order."""
    on = business_day.today(db).current_on
    hidden = people if ring is None else [one._replace(display_name=SEALED_MARK) for one in people]
    ids = insert_customers(db, hidden, on=on)
    if ring is not None:
        named = [Person(one.display_name, None) for one in people]
        seal_people(db, dict(zip(ids, named, strict=True)), ring, at=at)
    outbox.append(db, "credit.customer-joined", customer_ids=ids, subject_ids=ids, at=at)
    return ids


def open_lines(
    db: Connection, requests: Sequence[NewLine], *, at: datetime, by: str = SHOP
) -> list[OpenedLine | WhiteslipError]:
    """Open lines, in order, each under the newest version of its product and of the credit agreement.

    Who opens (`by`) says that the customer accepted the agreement; another version than the one in force is a mistake.
    """
    on = business_day.today(db).current_on
    known = existing(db, {request.customer_id for request in requests})
    terms = {name: products.live(db, name) for name in {request.product for request in requests}}
    agreement = agreements.live(db, Name.CREDIT)
    answers: list[OpenedLine | WhiteslipError] = []
    lines: list[Line] = []
    for request, number in zip(requests, take_numbers(db, len(requests)), strict=True):
        product = terms[request.product]
        if request.customer_id not in known:
            answers.append(NotFound(f"there is no customer {request.customer_id}"))
        elif error := (
            check_version(request.agreement_version, agreement) or rules.check_new(request, product)
        ):
            answers.append(error)
        else:
            lines.append(rules.opened(request, product, use(), line_id=number, on=on))
            answers.append(OpenedLine(request.customer_id, number))
    accepted = [
        Acceptance(*line.key, Subject.LINE, agreement.agreement_id, on, at, How.OPENING, by)
        for line in lines
    ]
    agreements.open_lines(db, lines, accepted)
    cover_opened(db, [line.key for line in lines], on=on, at=at)
    if lines:
        outbox.append(
            db,
            "money.line-opened",
            customer_ids=[line.customer_id for line in lines],
            subject_ids=[line.line_id for line in lines],
            at=at,
        )
    return answers
