"""Open lines: people join, and a line of credit is opened for them under the live terms of a product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.credit.customers.model import NewCustomer
from whiteslip.credit.customers.store import existing, insert_customers
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines import rules
from whiteslip.money.lines.model import Line, NewLine
from whiteslip.money.lines.store import insert_lines
from whiteslip.money.products import store as products

__all__ = ["NewCustomer", "NewLine", "OpenedLine", "join", "open_lines"]


class OpenedLine(NamedTuple):
    """A line and its owner."""

    customer_id: int
    line_id: int


def join(db: Connection, people: Sequence[NewCustomer], *, at: datetime) -> list[int]:
    """Keep people who join; returns their customer ids, in order."""
    on = business_day.today(db).current_on
    ids = insert_customers(db, people, on=on)
    outbox.append(db, "credit.customer-joined", customer_ids=ids, subject_ids=ids, at=at)
    return ids


def open_lines(
    db: Connection, requests: Sequence[NewLine], *, at: datetime
) -> list[OpenedLine | WhiteslipError]:
    """Open lines, in order, each under the newest version of its product."""
    on = business_day.today(db).current_on
    known = existing(db, {request.customer_id for request in requests})
    terms = {name: products.live(db, name) for name in {request.product for request in requests}}
    answers: list[OpenedLine | WhiteslipError] = []
    lines: list[Line] = []
    for request, number in zip(requests, take_numbers(db, len(requests)), strict=True):
        product = terms[request.product]
        if request.customer_id not in known:
            answers.append(NotFound(f"there is no customer {request.customer_id}"))
        elif error := rules.check_new(request, product):
            answers.append(error)
        else:
            lines.append(rules.opened(request, product, line_id=number, on=on))
            answers.append(OpenedLine(request.customer_id, number))
    insert_lines(db, lines)
    if lines:
        outbox.append(
            db,
            "money.line-opened",
            customer_ids=[line.customer_id for line in lines],
            subject_ids=[line.line_id for line in lines],
            at=at,
        )
    return answers
