"""The days to come: what is due when, what stays free, and what can be spent until payday."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from whiteslip.care.budgeting.model import Answers, Day, Due, Picture
from whiteslip.kernel import calendar
from whiteslip.kernel.calendar import add_months, days_between
from whiteslip.kernel.money import Minor, Rounding, divide
from whiteslip.money.products.model import Product
from whiteslip.money.schedules.rules import installments


class Hold(NamedTuple):
    """An approved purchase that is not captured wholly: the rest will be due as if captured today."""

    line_id: int
    statement_day: int
    product_id: int
    plan_months: int
    amount_minor: Minor


def held_dues(holds: Iterable[Hold], products: dict[int, Product], *, on: date) -> list[Due]:
    """Foresee what holds will be due as; a fee is part of it."""
    return [
        Due(row.due_on, hold.line_id, "held", row.number, row.principal_minor + row.fee_minor)
        for hold in holds
        for row in installments(
            hold.amount_minor,
            products[hold.product_id],
            hold.plan_months,
            statement_day=hold.statement_day,
            on=on,
        )
    ]


def paydays(income_day: int, *, on: date, count: int) -> tuple[date, ...]:
    """Return paydays from the last one, on or before a day, onward; a day a month lacks is its last."""
    this_month = add_months(on, 0, anchor_day=income_day)
    first = this_month if this_month <= on else add_months(on, -1, anchor_day=income_day)
    return tuple(add_months(first, index, anchor_day=income_day) for index in range(count))


def picture(
    answers: Answers,
    dues: Sequence[Due],
    *,
    on: date,
    horizon_days: int,
    in_hand_minor: Minor | None = None,
) -> Picture:
    """Draw the days from `on` on; what is overdue is due on the first of them.

    The line starts with the money in hand, or, where nobody said, with the part of a month's income that the days
    until payday are of the month; the same part of the costs comes off. Each payday adds the income and takes the
    costs of the month to come. Safe is what could be taken out today with the cushion left on every day.
    """
    days = [on + timedelta(days=number) for number in range(horizon_days)]
    coming = paydays(
        answers.income_day, on=on, count=horizon_days // calendar.LAST_STATEMENT_DAY + 3
    )
    due: dict[date, Minor] = defaultdict(int)
    for one in dues:
        due[max(one.due_on, on)] += one.amount_minor
    free = _start(answers, coming, on, in_hand_minor)
    drawn: list[Day] = []
    for day in days:
        income = _income(answers, day, on) if day in coming and day > on else 0
        costs = answers.costs_minor if day in coming and day > on else 0
        free += income - costs - due[day]
        drawn.append(Day(day, income, due[day], free))
    least = min(day.free_minor for day in drawn)
    return Picture(tuple(drawn), coming[1], max(0, least - answers.cushion_minor))


def unspent(answers: Answers, *, on: date) -> Minor:
    """Reckon the money in hand if nothing but the costs was paid since the last payday."""
    last, next_one = paydays(answers.income_day, on=on, count=2)
    gone, period = days_between(last, on), days_between(last, next_one)
    return answers.income_minor - divide(answers.costs_minor * gone, period, Rounding.DOWN)


def shortfall(drawn: Picture, cushion_minor: Minor, *, due_on: date) -> Minor:
    """Say how much is missing of the dues of a day for the cushion to be left; 0 if nothing is."""
    day = next((one for one in drawn.days if one.on == due_on), None)
    if day is None or day.due_minor == 0:
        return 0
    return max(0, cushion_minor - day.free_minor)


def _income(answers: Answers, day: date, on: date) -> Minor:
    later = day.replace(day=1) > on.replace(day=1)
    return max(0, answers.income_minor + (min(0, answers.change_minor) if later else 0))


def _start(
    answers: Answers, coming: Sequence[date], on: date, in_hand_minor: Minor | None
) -> Minor:
    last, next_one = coming[0], coming[1]
    left, period = days_between(on, next_one), days_between(last, next_one)
    costs = divide(answers.costs_minor * left, period, Rounding.UP)
    if in_hand_minor is not None:
        return in_hand_minor - costs
    return divide(answers.income_minor * left, period, Rounding.DOWN) - costs
