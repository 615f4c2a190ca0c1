"""Other ways to pay than the one refused: each is judged as if it were asked for at once, and offered if it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from whiteslip.decisioning.decisions.judging import judge_each
from whiteslip.decisioning.habits.facts import CheckoutFacts, facts_of
from whiteslip.decisioning.habits.model import Asking, Background, Habit
from whiteslip.decisioning.habits.reading import Terms
from whiteslip.decisioning.habits.rules import after as habit_after
from whiteslip.decisioning.habits.rules import facts_of as habit_facts_of
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reads import may_change
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.disclosures.rules import disclose
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import Line
from whiteslip.money.merchants.model import Category
from whiteslip.money.products.costs import check_cap
from whiteslip.money.products.model import Product
from whiteslip.money.purchases.model import OtherWay, PurchaseRequest, Way

_FILE = "other-ways.toml"
_TERMS = frozenset({"plan_months"})
_AMOUNT = frozenset({"amount", "utilization_after", "deviation", "is_round"})
_FACTOR = frozenset({"is_verified"})
VARIED: Final = _TERMS | _AMOUNT | _FACTOR
"""The facts of a purchase that another way of paying for it may change."""


class Offering(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters: the least credit worth offering, and the amounts that are tried; minor units."""

    least_minor: Annotated[Minor, Meta(ge=1, le=1_000_000)]
    step_minor: Annotated[Minor, Meta(ge=1, le=1_000_000)]
    steps: Annotated[int, Meta(ge=1, le=100)]


def lets_all(_amount_minor: Minor, _plan_months: int) -> bool:
    """Let everything through: no valve acts."""
    return True


class Case(NamedTuple):
    """A refused purchase with all it is judged by if it is asked for again at once.

    The line and the habit are as the refusal left them; `known` is what the refusal knew besides. `may_spend` says of
    an amount whether the person's own caps let it pass, `lets` whether new purchases of so much, in so many months,
    are let through at all. `fired` are the rules that fired then, 0 where it was not judged: what they do not read is
    not tried.
    """

    request: PurchaseRequest
    line: Line
    product: Product
    book: RuleBook
    habit: Habit | None
    known: Background
    category: Category
    terms: Terms
    may_spend: Callable[[Minor], bool]
    on: date
    fired: int = 0
    lets: Callable[[Minor, int], bool] = lets_all

    @property
    def terms_may_help(self) -> bool:
        """Whether other terms might pass: every rule that refuses reads them."""
        return may_change(self.book, self.fired, _TERMS | self._factor)

    @property
    def amount_may_help(self) -> bool:
        """Whether a smaller amount might pass, in the same terms or paid later."""
        terms = _TERMS if self.request.plan_months else frozenset[str]()
        return may_change(self.book, self.fired, _AMOUNT | terms | self._factor)

    @property
    def _factor(self) -> frozenset[str]:
        return frozenset[str]() if self.request.is_verified else _FACTOR


class _Try(NamedTuple):
    amount_minor: Minor
    plan_months: int
    is_verified: bool


def other_ways(
    cases: Sequence[Case], offering: Offering, *, at: datetime
) -> list[tuple[OtherWay, ...]]:
    """Offer to each case what would pass, judging all of them together: what mostly passes first, then a search.

    A plan is offered, or paying later, only where the whole amount has room and the book or a restriction refuses the
    other; splitting makes no room, since all of a purchase counts toward the limit. Another method is always one.
    """
    passing = _passing(cases, [_likely(case, offering) for case in cases], at)
    hard = [
        [] if _is_enough(case, found) else _ladder(case, offering)
        for case, found in zip(cases, passing, strict=True)
    ]
    whole = [_whole(case, offering) if some else [] for case, some in zip(cases, hard, strict=True)]
    found = [_passing(cases, whole, at), _search(cases, hard, at)]
    bare = [
        [] if case.request.is_verified else [one._replace(is_verified=False) for one in (*a, *b)]
        for case, a, b in zip(cases, *found, strict=True)
    ]
    for number, some in enumerate(_passing(cases, bare, at)):
        passing[number] += some
    for more in found:
        for number, some in enumerate(more):
            passing[number] += some
    return [
        (*_chosen(case, some), OtherWay(Way.ANOTHER_METHOD, 0, case.request.amount_minor))
        for case, some in zip(cases, passing, strict=True)
    ]


def has_room(line: Line, offering: Offering) -> bool:
    """Tell whether a line may take anything worth offering, so that there is something to judge."""
    return line.status == "open" and line.available_minor >= offering.least_minor


def _passing(
    cases: Sequence[Case], tries: Sequence[Sequence[_Try]], at: datetime
) -> list[list[_Try]]:
    """Return those of each case's tries that the book would let pass without asking for more."""
    places = [
        (number, one)
        for number, some in enumerate(tries)
        for one in some
        if one.is_verified or not line_rules.needs_verification(cases[number].line)
    ]
    if not places:
        return [[] for _ in cases]
    judged = judge_each(
        [cases[number].book for number, _ in places],
        CheckoutFacts._fields,
        [_facts(cases[number], one, at) for number, one in places],
    )
    passing: list[list[_Try]] = [[] for _ in cases]
    for (number, one), said in zip(places, judged, strict=True):
        if said.verdict.outcome < Outcome.STEP_UP:
            passing[number].append(one)
    return passing


def _search(
    cases: Sequence[Case], ladders: Sequence[Sequence[_Try]], at: datetime
) -> list[list[_Try]]:
    """Find the first try that passes on each ladder by halving it, one judgment a round for each case.

    Where a smaller amount fails though a larger one passes, less may be found than there is, never what does not pass.
    """
    low, high = [0] * len(cases), [len(ladder) for ladder in ladders]
    best: list[list[_Try]] = [[] for _ in cases]
    while any(low[number] < high[number] for number in range(len(cases))):
        middle = [(low[number] + high[number]) // 2 for number in range(len(cases))]
        asked = [
            [ladder[middle[number]]] if low[number] < high[number] else []
            for number, ladder in enumerate(ladders)
        ]
        for number, found in enumerate(_passing(cases, asked, at)):
            if found:
                best[number], high[number] = found, middle[number]
            elif asked[number]:
                low[number] = middle[number] + 1
    return best


def _is_enough(case: Case, passing: Sequence[_Try]) -> bool:
    """Tell whether nothing better could be found: a smaller amount, and the whole where there is room for it."""
    whole = case.request.amount_minor
    found = {one.amount_minor == whole for one in passing}
    no_whole = whole > case.line.available_minor or not case.terms_may_help
    return (False in found or not case.amount_may_help) and (True in found or no_whole)


def _likely(case: Case, offering: Offering) -> list[_Try]:
    """List what mostly passes: the whole in other terms, and the most there is room for."""
    if not has_room(case.line, offering):
        return []
    verified = case.request.is_verified or line_rules.needs_verification(case.line)
    tries = [*_whole(case, offering), *_ladder(case, offering)[:1]]
    if case.request.plan_months and case.amount_may_help:
        most = _smaller(case, offering)[:1]
        tries += [_Try(one, 0, is_verified=verified) for one in most if _may(case, one, 0)]
    return [one._replace(is_verified=verified) for one in tries]


def _whole(case: Case, offering: Offering) -> list[_Try]:
    """List the whole amount in other terms, with a second factor."""
    if not case.terms_may_help or not has_room(case.line, offering):
        return []
    whole = case.request.amount_minor
    return [
        _Try(whole, months, is_verified=True)
        for months in _other_terms(case)
        if _may(case, whole, months)
    ]


def _ladder(case: Case, offering: Offering) -> list[_Try]:
    """List smaller amounts with a second factor, the largest first: in the terms asked for, else paid later."""
    if not case.amount_may_help or not has_room(case.line, offering):
        return []
    smaller = _smaller(case, offering)
    for months in dict.fromkeys((case.request.plan_months, 0)):
        if tries := [one for one in smaller if _may(case, one, months)]:
            return [_Try(one, months, is_verified=True) for one in tries]
    return []


def _may(case: Case, amount: Minor, months: int) -> bool:
    product = case.product
    if months and (product.plan(months) is None or amount < product.plan_minimum_minor):
        return False
    may_hold = line_rules.may_hold(case.line, amount, in_plan=months > 0)
    if months and may_hold and _is_above_cap(case, amount, months):
        return False
    return may_hold and case.may_spend(amount) and case.lets(amount, months)


def _is_above_cap(case: Case, amount: Minor, months: int) -> bool:
    told = disclose(amount, case.product, months, statement_day=case.line.statement_day, on=case.on)
    return check_cap(told.cost, case.product) is not None


def _other_terms(case: Case) -> Iterable[int]:
    every = (0, *sorted(plan.months for plan in case.product.plans))
    return (months for months in every if months != case.request.plan_months)


def _smaller(case: Case, offering: Offering) -> list[Minor]:
    """Return the amounts below what was asked for that are tried, the largest first."""
    most = min(case.line.available_minor, case.request.amount_minor - 1)
    lower = (most * step // offering.steps for step in range(offering.steps, 0, -1))
    rounded = (amount // offering.step_minor * offering.step_minor for amount in lower)
    return [one for one in dict.fromkeys((most, *rounded)) if one >= offering.least_minor]


def _facts(case: Case, one: _Try, at: datetime) -> CheckoutFacts:
    asked = case.request
    request = asked._replace(
        amount_minor=one.amount_minor, plan_months=one.plan_months, is_verified=one.is_verified
    )
    asking = Asking(one.amount_minor, asked.merchant_id, asked.device, asked.address, case.category)
    habit = case.habit
    if one.is_verified and not asked.is_verified:  # the shop learns that by asking without
        habit = habit_after(habit, asking, at=at, authorized=False)
    return facts_of(
        request,
        case.line,
        case.known.with_habit(habit_facts_of(habit, asking, case.terms, at=at)),
        case.category,
        case.terms,
        taken_minor=0,
        on=case.on,
        hour=at.astimezone(ZONE).hour,
    )


def _chosen(case: Case, passing: Sequence[_Try]) -> Iterator[OtherWay]:
    """Choose the largest smaller amount, in the terms asked for before others, and the shortest plan of the whole."""
    asked = case.request
    whole = [one for one in passing if one.amount_minor == asked.amount_minor]
    if (later := _first(one for one in whole if not one.plan_months)) is not None:
        yield _way(Way.PAY_LATER, later, asked)
    if (plan := _first(one for one in whole if one.plan_months)) is not None:
        yield _way(Way.PLAN, plan, asked)
    smaller = max(
        (one for one in passing if one.amount_minor < asked.amount_minor),
        key=lambda one: (
            one.amount_minor,
            one.plan_months == asked.plan_months,
            not one.is_verified,
        ),
        default=None,
    )
    if smaller is not None:
        yield _way(Way.SMALLER_AMOUNT, smaller, asked)
        yield _way(Way.PART_CREDIT, smaller, asked)


def _first(tries: Iterable[_Try]) -> _Try | None:
    return next(iter(tries), None)


def _way(way: Way, one: _Try, asked: PurchaseRequest) -> OtherWay:
    rest = asked.amount_minor - one.amount_minor if way is Way.PART_CREDIT else 0
    needs = one.is_verified and not asked.is_verified
    return OtherWay(way, one.amount_minor, rest, one.plan_months, needs)


def read(text: str) -> Offering:
    """Read the parameters from TOML; what is missing, unknown or out of bounds is named and refused."""
    return read_parameters(text, Offering, file=_FILE)
