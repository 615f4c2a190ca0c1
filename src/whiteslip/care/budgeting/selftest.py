"""The repayment-ability self-test: what a purchase would mean for the months in which it is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from whiteslip.care.budgeting.model import Answers, Choice, Due, Month, Terms, Tested, Verdict
from whiteslip.credit.affordability import rules as affordability
from whiteslip.credit.affordability.model import Means
from whiteslip.credit.affordability.model import Terms as Bands
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.disclosures.rules import disclose
from whiteslip.money.products.model import Product
from whiteslip.money.schedules.rules import installments

_ORDER = tuple(Verdict)


class Case(NamedTuple):
    """Whose months are looked at: the answers, what is due already, and the line that would pay."""

    answers: Answers
    dues: tuple[Due, ...]
    product: Product
    statement_day: int
    on: date


class Yardstick(NamedTuple):
    """What months are held against: affordability's bands, and what we call them."""

    terms: Terms
    bands: Bands


def self_test(case: Case, amount_minor: Minor, plan_months: int, by: Yardstick) -> Tested:
    """Test an amount > 0 bought today, to be paid later (0 months) or in a plan that is offered.

    The person's own words are believed: they advise nobody but themselves. A fall of income counts from next month
    on, a rise only once it is there.
    """
    invariant(amount_minor > 0, "a purchase is more than nothing")
    already = _by_month(case)
    months = _months(case, already, amount_minor, plan_months, by)
    longer = [
        plan.months
        for plan in case.product.plans
        if plan.months > plan_months and amount_minor >= case.product.plan_minimum_minor
    ]
    return Tested(
        verdict=_worst(months),
        months=months,
        chosen=_choice(case, already, amount_minor, plan_months, by),
        others=tuple(_choice(case, already, amount_minor, each, by) for each in sorted(longer)),
        comfortable_minor=_comfortable(case, already, amount_minor, plan_months, by),
    )


def verdict_of(answers: Answers, income_minor: Minor, dues_minor: Minor, by: Yardstick) -> Month:
    """Judge one month of the person in which so much is due here; its dates and parts are left open."""
    spare = max(0, answers.fixed_minor - by.bands.living_minor)
    means = Means(income_minor, income_minor, answers.debts_minor, None, answers.rent_minor + spare)
    found = affordability.assess(means, dues_minor, by.bands, minimum_ppm=WHOLE_PPM)
    name = by.bands.bands[found.band].name
    verdict = Verdict.TOO_MUCH
    if name in by.terms.comfortable:
        verdict = Verdict.COMFORTABLE
    elif name in by.terms.tight:
        verdict = Verdict.TIGHT
    return Month(date.min, income_minor, dues_minor, 0, found.disposable_minor, verdict)


def _months(
    case: Case, already: Mapping[date, Minor], amount_minor: Minor, plan_months: int, by: Yardstick
) -> tuple[Month, ...]:
    new: dict[date, Minor] = defaultdict(int)
    rows = installments(
        amount_minor, case.product, plan_months, statement_day=case.statement_day, on=case.on
    )
    for row in rows:
        new[row.due_on.replace(day=1)] += row.principal_minor + row.fee_minor
    months: list[Month] = []
    for month, purchase in sorted(new.items()):
        owed = already.get(month, 0)
        judged = verdict_of(case.answers, _income(case, month), owed + purchase, by)
        months.append(judged._replace(starts_on=month, dues_minor=owed, purchase_minor=purchase))
    return tuple(months)


def _income(case: Case, month: date) -> Minor:
    later = month > case.on.replace(day=1)
    return max(0, case.answers.income_minor + (min(0, case.answers.change_minor) if later else 0))


def _by_month(case: Case) -> dict[date, Minor]:
    months: dict[date, Minor] = defaultdict(int)
    for due in case.dues:
        months[max(due.due_on, case.on).replace(day=1)] += due.amount_minor
    return dict(months)


def _choice(
    case: Case, already: Mapping[date, Minor], amount_minor: Minor, plan_months: int, by: Yardstick
) -> Choice:
    months = _months(case, already, amount_minor, plan_months, by)
    fee = sum(month.purchase_minor for month in months) - amount_minor
    told = disclose(
        amount_minor, case.product, plan_months, statement_day=case.statement_day, on=case.on
    )
    return Choice(plan_months, fee, told.cost.simple_ppm, _worst(months))


def _comfortable(
    case: Case, already: Mapping[date, Minor], most_minor: Minor, plan_months: int, by: Yardstick
) -> Minor:
    """Find the largest comfortable amount by halving: more is never easier."""
    low, high = 0, most_minor
    while low < high:
        middle = (low + high + 1) // 2
        if _worst(_months(case, already, middle, plan_months, by)) is Verdict.COMFORTABLE:
            low = middle
        else:
            high = middle - 1
    splits = plan_months > 0
    return 0 if splits and low < case.product.plan_minimum_minor else low


def _worst(months: Iterable[Month]) -> Verdict:
    return max((month.verdict for month in months), key=_ORDER.index)
