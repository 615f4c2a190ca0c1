"""People with months of their own, and the shipped terms to hold them against."""

from __future__ import annotations

from datetime import date

from whiteslip.care.budgeting import store
from whiteslip.care.budgeting.model import Answers, Due
from whiteslip.care.budgeting.selftest import Case
from whiteslip.money.products import rules as products
from whiteslip.money.products.store import shipped

ON = date(2026, 3, 10)
PRODUCT = products.parse(next(text for text in shipped() if "pay-later" in text), product_id=1)
BY = store.yardstick()
LI_LEI = Answers(income_minor=1_000_000, income_day=15, rent_minor=300_000, fixed_minor=150_000)


def case(answers: Answers = LI_LEI, *dues: Due, on: date = ON) -> Case:
    """Somebody with a line billed on the fifth."""
    return Case(answers, dues, PRODUCT, 5, on)


def due(on: date, amount_minor: int) -> Due:
    """Something to pay."""
    return Due(on, 1, "pay_later", 1, amount_minor)
