"""Reading products and events of a file of published schedules as our terms and what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeAlias

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.plans import events as happened
from whiteslip.money.plans.events import Event
from whiteslip.money.plans.model import (
    Allocation,
    Amortization,
    Component,
    DayCount,
    Every,
    Future,
    Interest,
    Kind,
    LateCharge,
    Terms,
    Timing,
    Unit,
    ordered,
)

Json: TypeAlias = "dict[str, Any]"
_DAY_COUNTS: Final = {
    ("360", "30"): DayCount.THIRTY_360,
    ("360", "ACTUAL"): DayCount.ACT_360,
    ("364", "ACTUAL"): DayCount.ACT_364,
    ("365", "ACTUAL"): DayCount.ACT_365,
    ("ACTUAL", "ACTUAL"): DayCount.ACT_ACT,
}
FUTURES: Final = {
    "NEXT_INSTALLMENT": Future.NEXT,
    "LAST_INSTALLMENT": Future.LAST,
    "REAMORTIZATION": Future.EVENLY,
}
ALLOCATED: Final = {
    "DEFAULT": None,
    "REPAYMENT": Kind.REPAYMENT,
    "GOODWILL_CREDIT": Kind.GOODWILL,
    "MERCHANT_ISSUED_REFUND": Kind.MERCHANT_REFUND,
    "PAYOUT_REFUND": Kind.PAYOUT_REFUND,
    "DOWN_PAYMENT": Kind.DOWN_PAYMENT,
}


def terms_of(product: Json) -> Terms:
    """Read the parameters of a product of theirs, or of a loan, as our terms.

    Their column of interest free periods is what gives grace on interest, as their figures show; the one named so does
    nothing. Equal principal is never rounded to multiples.
    """
    is_progressive = product.get("loan_schedule_type") == "PROGRESSIVE"
    year = str(product["days_in_year"]).removeprefix("DAYS_")
    month = str(product["days_in_month"]).removeprefix("DAYS_")
    by_period = (
        product.get("interest_calc_period") == "SAME_AS_REPAYMENT_PERIOD" and not is_progressive
    )
    is_flat = product.get("interest_type") == "FLAT" and not is_progressive
    equal_principal = str(product.get("amortization")).startswith("EQUAL_PRINCIPAL")
    multiple = minor(product.get("installment_amount_in_multiples_of") or 0) or 1
    late = product.get("overdue_charge")
    orders = product.get("credit_allocation", {}).get("CHARGEBACK")
    return Terms(
        count=int(product.get("n_repayments", 1)),
        every=Every(int(product["repay_every"]), Unit(product["repay_unit"].lower())),
        annual_ppm=ppm(product["annual_rate_pct"]),
        day_count=DayCount.BY_PERIOD
        if by_period
        else _day_count(year, month, is_progressive=is_progressive),
        by_month=month == "ACTUAL" and is_progressive,
        amortization=Amortization.EQUAL_PRINCIPAL
        if equal_principal
        else Amortization.EQUAL_INSTALLMENTS,
        interest=Interest.FLAT if is_flat else Interest.DECLINING,
        multiple_minor=1 if equal_principal else multiple,
        down_payment_ppm=ppm(product.get("down_payment_pct", 0)),
        down_payment_at_once=bool(product.get("down_payment_auto", False)),
        principal_grace=int(product.get("grace_principal", 0)),
        interest_grace=int(product.get("interest_free_periods", 0)),
        evened=is_progressive,
        recalculated=bool(product.get("interest_recalculation", False)),
        payoff_until_due=str(product.get("pre_closure_interest")).startswith("TILL_REST"),
        late_charge=None
        if late is None
        else LateCharge(ppm(late["pct"]), with_interest="interest" in str(late.get("of")).lower()),
        allocations=_allocations(product),
        credit_order=tuple(Component(one.lower()) for one in orders)
        if orders
        else Terms(1, Every(1, Unit.MONTHS)).credit_order,
    )


def _day_count(year: str, month: str, *, is_progressive: bool) -> DayCount:
    """Find a day count; a year of theirs has 365 days where a schedule is not progressive."""
    found = _DAY_COUNTS[year, month]
    is_whole = found is not DayCount.ACT_ACT or is_progressive
    return found if is_whole else DayCount.ACT_365


def event_of(step: Json, *, on: date) -> Event | None:
    """Read an event that happens on a day unless it names its own; None for what does nothing to a plan."""
    kind = step["kind"]
    if kind in _NOTHING:
        return None
    if kind not in _EVENTS:
        raise InvalidInput(f"no event is known by the name {kind}", where="kind")
    return _EVENTS[kind]({"date": on.isoformat(), **step})


def day(text: str) -> date:
    """Read a date."""
    return date.fromisoformat(text)


def minor(amount: float | None) -> int:
    """Read an amount in minor units."""
    return round((amount or 0) * 100)


def ppm(percent: float) -> int:
    """Read a percentage."""
    return round(percent * 10_000)


def _paid(kind: Kind) -> Callable[[Json], Event]:
    return lambda step: happened.Paid(day(step["date"]), minor(step["amount"]), kind)


def _re_aged(step: Json) -> Event:
    every = Every(int(step["frequencyNumber"]), Unit(step["frequencyType"].lower()))
    first, count = day(step["startDate"]), int(step["numberOfInstallments"])
    return happened.ReAged(day(step["date"]), first, every, count, with_fees=False)


def _rescheduled(step: Json) -> Event:
    on, begin = day(step["submittedOnDate"]), day(step["rescheduleFromDate"])
    if step.get("extraTerms"):
        return happened.Extended(on, begin, int(step["extraTerms"]))
    if step.get("adjustedDueDate"):
        return happened.DueMoved(on, begin, day(step["adjustedDueDate"]))
    if step.get("newInterestRate"):
        return happened.RateChanged(on, begin, ppm(step["newInterestRate"]))
    principal, interest = (int(step.get(name) or 0) for name in _GRACES)
    if principal or interest:
        return happened.Graced(on, begin, principal, interest)
    raise InvalidInput("nothing is known of this rescheduling", where="reschedule")


def _allocations(product: Json) -> dict[Kind | None, Allocation]:
    by_component = str(product.get("loan_schedule_processing", "")).startswith("VERTICAL")
    written = product.get("payment_allocation")
    if not written:
        plain = ordered(Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)
        return {None: Allocation(plain)}
    found: dict[Kind | None, Allocation] = {}
    for name, rule in written.items():
        if name in ALLOCATED:
            order = tuple(_step_of(text) for text in rule["order"])
            future = FUTURES[rule["future_installments"]]
            found[ALLOCATED[name]] = Allocation(order, future, by_component)
    return found


def _step_of(text: str) -> tuple[Timing, Component]:
    timing, _, component = text.rpartition("_")
    return Timing(timing.lower().replace("_", " ")), Component(component.lower())


_GRACES: Final = ("graceOnPrincipal", "graceOnInterest")
_NOTHING: Final = frozenset({"approve", "config", "other", "run_close_of_business"})
_EVENTS: Final[dict[str, Callable[[Json], Event]]] = {
    "disburse": lambda step: happened.Drawn(day(step["date"]), minor(step["amount"])),
    "repayment": _paid(Kind.REPAYMENT),
    "goodwill_credit": _paid(Kind.GOODWILL),
    "merchant_issued_refund": _paid(Kind.MERCHANT_REFUND),
    "payout_refund": _paid(Kind.PAYOUT_REFUND),
    "charge_adjustment": _paid(Kind.ADJUSTMENT),
    "pay_off": lambda step: happened.PaidOff(day(step["date"])),
    "credit_balance_refund": lambda step: happened.CreditRefunded(
        day(step["date"]), minor(step["amount"])
    ),
    "chargeback": lambda step: happened.ChargedBack(day(step["date"]), minor(step["amount"])),
    "re_amortize": lambda step: happened.ReAmortized(day(step["date"]), with_fees=False),
    "re_age": _re_aged,
    "reschedule": _rescheduled,
    "charge_off": lambda step: happened.ChargedOff(day(step["date"])),
}
