"""The smallest way back: what a person can do so that the rules that took the buying from them no longer do.

Nothing is estimated. The pure rules are run again on changed facts, for an amount paid today and for days gone by;
what is promised is what they answer. A fact whose change is not known here counts as missing, and what is missing
restores nobody, so a book over other facts promises less, never too much.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.arrears.rules import days_past_due
from whiteslip.money.lines.model import Line
from whiteslip.money.products.model import PaymentKind, Product
from whiteslip.money.repayments.debts import Debts
from whiteslip.money.repayments.rules import allocate
from whiteslip.money.schedules.model import Owed
from whiteslip.risk.suspensions.life import State
from whiteslip.risk.suspensions.model import RESTRICTING, Standing
from whiteslip.risk.suspensions.ways import Cure
from whiteslip.risk.watching.rules import LEVELS

YEAR_DAYS: Final = 365
UNCOLLECTED: Final = "uncollected_60d_minor"
UNMOVED: Final = frozenset(
    {
        "income_monthly_minor",
        "income_variation_12m",
        "income_change_12m",
        "income_months_12m",
        "assets_minor",
        "debts_elsewhere_minor",
        "net_assets_minor",
        "debts_elsewhere_change_minor",
        "debt_to_income",
        "repayments_to_income",
        "bureau_arrears_months",
        "enquiries_6m",
        "oldest_account_months",
        "platforms_borrowed_from",
        "employment",
        "fixed_limit_minor",
        "limit_minor",
        "reliefs_broken_12m",
        "default_probability",
        "odd_purchases_7d",
        "suspected_purchases_7d",
    }
)
"""The facts that a payment on the line does not change today; what others told of a person may be another tomorrow.

A score stays what it is until the model speaks again, after the day; then it may be another.
"""


class Does(StrEnum):
    """What a person does on the way back."""

    PAY = "pay"
    WAIT = "wait"
    VERIFY = "verify"
    UNLOCK = "unlock"
    CONSENT = "consent"
    ASK = "ask"


class Helps(StrEnum):
    """What helps as well, beside a payment or in its place."""

    NEW_SOURCE = "new_source"
    RENEGOTIATE = "renegotiate"


ADVISED: Final = MappingProxyType(
    {
        ReasonCode.FAILED_DEBITS: Helps.NEW_SOURCE,
        ReasonCode.PLAN_BROKEN: Helps.RENEGOTIATE,
    }
)
"""What helps, by reason: another source for the debits to come, another agreement in the place of a payment."""


class WayStep(NamedTuple):
    """One step: an amount to pay today, a day to wait for while paying what falls due on time, or a thing to do."""

    does: Does
    amount_minor: Minor | None = None
    until_on: date | None = None


class WayBack(NamedTuple):
    """Every step it takes, and whether it is proven that the line may be used again after them, and from when.

    A way over a person's decision is not proven: nobody knows what the person will decide. `advised` is what helps as
    well, beside a payment or in its place, and is no step that must be taken.
    """

    steps: tuple[WayStep, ...]
    is_proven: bool
    usable_on: date | None
    advised: tuple[Helps, ...] = ()


class Episode(NamedTuple):
    """Arrears from a day until the day before another, or still."""

    since_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the way back is computed from: a line as it stands on a day, and the version that judges it."""

    book: RuleBook
    line: Line
    product: Product
    owed: Sequence[Owed]
    facts: Mapping[str, Fact]
    episodes: Sequence[Episode]
    restrictions: Sequence[Standing]
    on: date

    @property
    def most_minor(self) -> Minor:
        """All that a payment today can settle: a plan's later installments are paid as they fall due."""
        return sum(
            row.principal_minor + row.fee_minor + row.late_fee_minor
            for row in self.owed
            if row.statement_on <= self.on or row.kind != "plan"
        )

    @property
    def uncollected_minor(self) -> Minor:
        """What failed debits could not collect: once it is received they count no more."""
        told = self.facts.get(UNCOLLECTED)
        return int(told) if isinstance(told, int | float) else 0

    def least_for_room(
        self, amount_minor: Minor, *, within_minor: Minor | None = None
    ) -> Minor | None:
        """Find the least payment after which there is room for an amount, 0 if there is now; None if none does.

        Room within all that may be used, the limits without a restriction unless told otherwise.
        """
        usable = self.line.limit_minor if within_minor is None else within_minor
        missing = amount_minor - (usable - self.line.used_minor)
        if missing <= 0:
            return 0

        def frees(paid: Minor) -> int:
            _, principal = _left(self, paid)
            return int(self.line.principal_minor - principal >= missing)

        most = self.most_minor
        if not frees(most):
            return None
        return bisect_left(range(most + 1), 1, key=frees)


def way_back(known: Known) -> WayBack:
    """Find the smallest way back of a line that may not buy; one that may needs no step."""
    against = [one for one in known.restrictions if one.takes_buying]
    by_hand = [step for step in map(_by_its_owner, against) if step]
    people = any(step.does is Does.ASK for step in by_hand)
    alone = [
        one for one in against if one.cure is Cure.AUTOMATIC and one.state is not State.PROBATION
    ]
    ours = [one for one in alone if one.book == known.book.name]
    others = [one for one in alone if one not in ours]
    if others:  # imposed by hand, or by a book that does not judge it now: only people lift it
        by_hand.append(WayStep(Does.ASK))
        people = True
    paying = _paying(known) if ours else ()
    advised = _advised(against)
    if paying is None:
        asked = (*dict.fromkeys(by_hand), WayStep(Does.ASK))
        return WayBack(asked, is_proven=False, usable_on=None, advised=advised)
    steps = (*paying, *dict.fromkeys(by_hand))
    usable_on = max((step.until_on for step in steps if step.until_on), default=known.on)
    return WayBack(
        steps, is_proven=not people, usable_on=None if people else usable_on, advised=advised
    )


def _advised(against: Iterable[Standing]) -> tuple[Helps, ...]:
    codes = {reason.code for one in against for reason in one.reasons}
    return tuple(does for code, does in ADVISED.items() if code in codes)


def restores(known: Known, paid_minor: Minor, *, on: date | None = None) -> bool:
    """Tell whether the rules let the line buy after a payment today, on a day until which all dues are paid on time.

    What others tell may be another on that day, or the same: the rules must let the line buy if it cannot be known, and
    if nothing is news, so that no rule that leaves out who is not known is taken for a way back.
    """
    facts = facts_after(known, paid_minor, on=on or known.on)
    same = {
        name: known.facts.get(name) if value is None and name in UNMOVED else value
        for name, value in facts.items()
    }
    return _lets_buy(known, facts) and (same == facts or _lets_buy(known, same))


def _lets_buy(known: Known, facts: Mapping[str, Fact]) -> bool:
    said = judge(known.book, facts)
    if any(
        (said.unknown >> n) & 1 and rule.reviews_unknown and _restricts(known, rule.id)
        for n, rule in enumerate(known.book.rules)
    ):
        return False
    return not any(
        (said.fired >> n) & 1 and LEVELS.get(rule.outcome, 0) >= RESTRICTING
        for n, rule in enumerate(known.book.rules)
    )


def facts_after(known: Known, paid_minor: Minor, *, on: date) -> dict[str, Fact]:
    """Return the facts after a payment today, as of a day; what cannot be told is missing."""
    left, principal = _left(known, paid_minor)
    oldest = min((row.due_on for row in left if row.due_on < known.on), default=None)
    usable = known.line.limit_minor
    moved: dict[str, Fact] = {
        "days_past_due": days_past_due(oldest, on=on),
        "utilization": principal / usable if usable > 0 else None,
        "late_days_12m": _late_days(
            known.episodes, is_over=oldest is None, paid_on=known.on, on=on
        ),
        "restriction_level": known.line.restriction_level,
        "line_age_days": (on - known.line.opened_on).days,
        **_debits_after(known, paid_minor, on=on),
    }
    today = on == known.on
    kept = {name: value for name, value in known.facts.items() if today and name in UNMOVED}
    return {
        source.name: moved.get(source.name, kept.get(source.name)) for source in known.book.inputs
    }


def _debits_after(known: Known, paid_minor: Minor, *, on: date) -> dict[str, Fact]:
    """Say what failed debits count for after a payment; some of what is left may be too old on a later day."""
    told = known.facts.get(UNCOLLECTED)
    if told is None:
        return {}
    left = max(0, known.uncollected_minor - paid_minor)
    if not left:
        return {"failed_debits_60d": 0, UNCOLLECTED: 0}
    if on != known.on:
        return {}
    return {"failed_debits_60d": known.facts.get("failed_debits_60d"), UNCOLLECTED: left}


def _paying(known: Known) -> tuple[WayStep, ...] | None:
    """Find the least payment that restores today, else the first day that does after paying all that is overdue."""
    if restores(known, 0):
        return ()
    most = max(known.most_minor, known.uncollected_minor)
    if restores(known, most):
        amounts = range(1, most + 1)
        least = 1 + bisect_left(amounts, 1, key=lambda amount: int(restores(known, amount)))
        return (WayStep(Does.PAY, amount_minor=least),)
    overdue = max(_least_without_arrears(known), known.uncollected_minor)
    for days in range(1, YEAR_DAYS + 2):
        day = known.on + timedelta(days=days)
        if restores(known, overdue, on=day):
            pay = (WayStep(Does.PAY, amount_minor=overdue),) if overdue else ()
            return (*pay, WayStep(Does.WAIT, until_on=day))
    return None


def _least_without_arrears(known: Known) -> Minor:
    """Find the least payment after which nothing is overdue."""

    def clears(amount: Minor) -> int:
        left, _ = _left(known, amount)
        return int(not any(row.due_on < known.on for row in left))

    amounts = range(known.most_minor + 1)
    return bisect_left(amounts, 1, key=clears)


def _left(known: Known, paid_minor: Minor) -> tuple[list[Owed], Minor]:
    """Return what is still owed after a payment, and the principal of the line then."""
    debts = Debts(known.owed)
    principal = known.line.principal_minor
    if paid_minor:
        policy = known.product.allocation.for_kind(PaymentKind.REPAYMENT)
        gone = allocate(paid_minor, known.owed, policy, reached=known.on)
        debts.settle(gone)
        principal -= gone.principal_minor
    left = [row for row in debts.of_line(known.line.key) if _is_open(row)]
    return left, principal


def _is_open(row: Owed) -> bool:
    return bool(
        row.principal_minor or row.fee_minor or row.late_fee_minor or row.unbilled_fee_minor
    )


def _late_days(episodes: Iterable[Episode], *, is_over: bool, paid_on: date, on: date) -> int:
    """Sum the days overdue of the year before a day; the open episode ends today if nothing is overdue any more."""
    begin = on - timedelta(days=YEAR_DAYS)
    total = 0
    for since_on, ended_on in episodes:
        end = ended_on or (paid_on if is_over else on)
        total += max(0, (min(end, on) - max(since_on, begin)).days)
    return total


def _by_its_owner(one: Standing) -> WayStep | None:
    if one.state is State.PROBATION:
        return WayStep(Does.WAIT, until_on=one.until_on)
    match one.cure:
        case Cure.VERIFY:
            return WayStep(Does.VERIFY)
        case Cure.SELF:
            consent = any(reason.code is ReasonCode.CONSENT for reason in one.reasons)
            return WayStep(Does.CONSENT if consent else Does.UNLOCK)
        case Cure.PERSON:
            return WayStep(Does.ASK)
        case Cure.AUTOMATIC:
            return None


def _restricts(known: Known, rule_id: str) -> bool:
    return any(one.rule_id == rule_id for one in known.restrictions)
