"""Advise: a person tests what a purchase would mean for their months, and keeps or forgets what they told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.budgeting import store
from whiteslip.care.budgeting.model import Answers, Moment, Tested
from whiteslip.care.budgeting.selftest import Case, self_test
from whiteslip.credit.customers.store import existing
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.parameters import Words
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product

__all__ = [
    "Advice",
    "Answers",
    "Moment",
    "SelfTestRequest",
    "Told",
    "forget_answers",
    "keep_answers",
    "note_lesson",
    "weigh_purchase",
]


class SelfTestRequest(NamedTuple):
    """A purchase and the person's answers; without answers those they gave before are used, `keep` keeps these."""

    customer_id: int
    line_id: int
    amount_minor: int
    plan_months: int
    answers: Answers | None
    keep: bool


class Told(NamedTuple):
    """Answers somebody wants kept."""

    customer_id: int
    answers: Answers


class Advice(NamedTuple):
    """The outcome of a self-test, in numbers and in words."""

    tested: Tested
    words: Words
    kept: bool


def weigh_purchase(
    db: Connection, request: SelfTestRequest, *, at: datetime
) -> Advice | WhiteslipError:
    """Test a purchase made today. It advises: nothing is refused by it, and nothing kept that was not asked to be."""
    on = business_day.today(db).current_on
    key = LineKey(request.customer_id, request.line_id)
    line = read_lines(db, [key]).get(key)
    if line is None:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    product = products.by_id(db, {line.product_id})[line.product_id]
    if wrong := _mistake(request, product):
        return wrong
    answers = request.answers or store.read_budgets(db, [key.customer_id]).get(key.customer_id)
    if answers is None:
        return InvalidInput("nothing is kept from before: give the answers", where="answers")
    dues = store.read_dues(db, [key.customer_id], on=on, until=date.max).get(key.customer_id, ())
    case = Case(answers, tuple(dues), product, line.statement_day, on)
    tested = self_test(case, request.amount_minor, request.plan_months, store.yardstick())
    keep = request.keep and request.answers is not None
    if keep:
        store.keep_budgets(db, {key.customer_id: answers}, at=at)
    return Advice(tested, store.terms().words[tested.verdict], keep)


def keep_answers(
    db: Connection, told: Sequence[Told], *, at: datetime
) -> list[Told | WhiteslipError]:
    """Keep answers, the last of a person's in the batch; what was kept before is overwritten."""
    known = existing(db, [one.customer_id for one in told])
    store.keep_budgets(
        db, {one.customer_id: one.answers for one in told if one.customer_id in known}, at=at
    )
    return [
        one if one.customer_id in known else NotFound(f"there is no customer {one.customer_id}")
        for one in told
    ]


def forget_answers(db: Connection, customer_ids: Sequence[int]) -> int:
    """Forget what people told; return of how many something was kept."""
    return store.forget_budgets(db, customer_ids)


def note_lesson(
    db: Connection, customer_id: int, moment: Moment, *, at: datetime
) -> NotFound | None:
    """Note that somebody was told a lesson, so that they are not told it again."""
    if customer_id not in existing(db, [customer_id]):
        return NotFound(f"there is no customer {customer_id}")
    store.note_lesson(db, customer_id, moment, at=at)
    return None


def _mistake(request: SelfTestRequest, product: Product) -> InvalidInput | None:
    if request.amount_minor <= 0 or request.amount_minor > product.line_cap_minor:
        most = decimal_text(product.line_cap_minor)
        return InvalidInput(f"an amount is above zero, at most {most}", where="amount_minor")
    if request.plan_months == 0:
        return None
    if product.plan(request.plan_months) is None:
        return InvalidInput(
            f"no plan of {request.plan_months} months is offered", where="plan_months"
        )
    if request.amount_minor < product.plan_minimum_minor:
        least = decimal_text(product.plan_minimum_minor)
        return InvalidInput(f"a plan splits at least {least}", where="amount_minor")
    return None
