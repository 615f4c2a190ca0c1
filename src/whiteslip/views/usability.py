"""Why a line can or cannot be used: every gate in one answer, what still works, and the smallest proven way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from whiteslip.care.budgeting.model import Attempt, Spent
from whiteslip.care.budgeting.rules import against_caps
from whiteslip.care.budgeting.store import caps_of, spent_of, terms
from whiteslip.care.hardship.model import OnRelief
from whiteslip.care.hardship.rules import relief_reason
from whiteslip.care.hardship.store import lines_on_relief
from whiteslip.decisioning.decisions.other_ways import Case, lets_all, other_ways
from whiteslip.decisioning.decisions.store import offering
from whiteslip.decisioning.habits.facts import facts_of
from whiteslip.decisioning.habits.model import Asking
from whiteslip.decisioning.habits.store import read_backgrounds, read_habits, read_raises
from whiteslip.decisioning.habits.store import terms as habit_terms
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.experiment import is_challenged
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import NotFound, Unavailable
from whiteslip.kernel.reason import Reason, ReasonCode, at_most
from whiteslip.money.arrears.store import read_episodes
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import RESTRICTED_LEVEL, Line, LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.merchants.model import Category
from whiteslip.money.merchants.store import category_of, read_merchants
from whiteslip.money.products import store as products
from whiteslip.money.purchases.model import OtherWay, PurchaseRequest, Way
from whiteslip.money.schedules.store import read_owed
from whiteslip.risk.liquidity import gate as valves
from whiteslip.risk.liquidity.model import Acting
from whiteslip.risk.liquidity.store import read_gate
from whiteslip.risk.suspensions.model import Standing
from whiteslip.risk.suspensions.store import standing_on
from whiteslip.risk.watching.store import read_facts
from whiteslip.risk.watching.way_back import (
    YEAR_DAYS,
    Does,
    Episode,
    Known,
    WayBack,
    WayStep,
    way_back,
)

__all__ = [
    "Asked",
    "Does",
    "Gate",
    "GateView",
    "OtherWay",
    "Usability",
    "Way",
    "WayStep",
    "usability",
]

sql = Sql(__package__)


class Gate(StrEnum):
    """What a purchase must pass, in the order it is asked."""

    SYSTEM = "system"
    POLICY = "policy"
    CONSENT = "consent"
    LINE = "line"
    LIMIT = "limit"
    RELIEF = "relief"
    RISK = "risk"
    MERCHANT = "merchant"


class GateView(NamedTuple):
    """A gate, whether it is open, and why not."""

    gate: Gate
    is_open: bool
    reasons: tuple[Reason, ...]


class Usability(NamedTuple):
    """One answer over every gate; amounts in minor units, at most four reasons."""

    customer_id: int
    line_id: int
    can_buy: bool
    level: int
    available_minor: int
    gates: tuple[GateView, ...]
    reasons: tuple[Reason, ...]
    way_back: WayBack
    other_ways: tuple[OtherWay, ...]


_POLICY = ("POL", "REG")
_LEAST_MINOR = 1


class Asked(NamedTuple):
    """What is asked about: an amount (None: the least there is), at a shop if named, to be paid later or in a plan."""

    amount_minor: int | None = None
    merchant_id: int | None = None
    plan_months: int = 0

    @property
    def wanted_minor(self) -> int:
        """The amount the gates are asked for."""
        return self.amount_minor or _LEAST_MINOR


def usability(db: Connection, key: LineKey, asked: Asked, *, at: datetime) -> Usability | None:
    """Answer for a line; None where there is no such line.

    Other ways to pay are those that would be granted now to somebody who tells neither device nor address.
    """
    line = read_lines(db, [key]).get(key)
    if line is None:
        return None
    standing = standing_on(db, key)
    relief = lines_on_relief(db, [key]).get(key) if line.credit_barred else None
    valve = _valve(db, line, asked, at=at)
    gates = tuple(_gates(db, line, standing, asked, (relief, valve)))
    shut = [reason for gate in gates if not gate.is_open for reason in gate.reasons]
    can_buy = all(gate.is_open for gate in gates)
    back = WayBack((), is_proven=True, usable_on=None)
    if not can_buy:
        back = _after_relief(_way_back(db, line, standing, asked.wanted_minor), relief)
        back = _after_valve(back, valve)
    elif (
        line.restriction_level >= RESTRICTED_LEVEL
    ):  # it buys in part: why not in full, and what leads there
        shut = [reason for one in standing if one.takes_buying for reason in one.reasons]
        back = way_back(known_of(db, line, standing))
    answers = gates[0].is_open and gates[-1].is_open
    offered = not can_buy and asked.amount_minor is not None
    return Usability(
        *key,
        can_buy,
        line.restriction_level,
        line.available_minor,
        gates,
        at_most(*shut),
        back,
        _others(db, line, asked, answers=answers, at=at) if offered else (),
    )


def _gates(
    db: Connection,
    line: Line,
    standing: list[Standing],
    asked: Asked,
    stopping: tuple[OnRelief | None, Acting | None],
) -> Iterator[GateView]:
    relief, valve = stopping
    against = list(_against(line, standing, asked))
    policy = [one for one in against if one.code.startswith(_POLICY)]
    consent = [one for one in against if one.code is ReasonCode.CONSENT]
    risk = [one for one in against if one not in policy and one not in consent]
    refused = list(line_rules.refusals(line, asked.wanted_minor))
    limit = [one for one in refused if one.code is ReasonCode.LIMIT_EXCEEDED]
    fault, shop = [Reason(ReasonCode.SYSTEM_FAULT)], asked.merchant_id
    for gate, reasons in {
        Gate.SYSTEM: [] if _answers(db) else fault,
        Gate.POLICY: [*policy, *([valves.reason_of(valve)] if valve else [])],
        Gate.CONSENT: consent,
        Gate.LINE: [one for one in refused if one not in limit],
        Gate.LIMIT: limit,
        Gate.RELIEF: [relief_reason(relief)] if line.credit_barred else [],
        Gate.RISK: risk,
        Gate.MERCHANT: [] if shop is None or _sells(db, shop) else fault,
    }.items():
        yield GateView(gate, not reasons, at_most(*reasons))


def _against(line: Line, standing: Iterable[Standing], asked: Asked) -> Iterator[Reason]:
    """Give the reasons of the restrictions in the way; a restricted line still takes what it has room for."""
    in_plan = asked.plan_months > 0
    if line_rules.is_restricting(line, asked.wanted_minor, in_plan=in_plan):
        for one in standing:
            if one.takes_buying or (in_plan and one.bars_plans):
                yield from one.reasons


def _answers(db: Connection) -> bool:
    """Tell whether anything could be granted at all."""
    try:
        rulebooks.live(db, "checkout")
        read_gate(db)
    except (NotFound, Unavailable):
        return False
    return True


def _valve(db: Connection, line: Line, asked: Asked, *, at: datetime) -> Acting | None:
    """Return the valve if it refuses what is asked about today; one that cannot be read shuts the system's gate."""
    try:
        acting = read_gate(db).acting
    except Unavailable:
        return None
    if acting is None:
        return None
    on = business_day.read(db).current_on
    amount = asked.wanted_minor
    lets = _lets(db, line, acting, asked.merchant_id, on=on, at=at)
    return None if lets(amount, asked.plan_months) else acting


def _lets(
    db: Connection, line: Line, acting: Acting, merchant_id: int | None, *, on: date, at: datetime
) -> Callable[[int, int], bool]:
    """Return what the valve lets through of a line today; the facts are read only if its segment needs them."""
    facts = None
    if acting.segment:
        category = _category(db, merchant_id or 0)
        asking = Asking(_LEAST_MINOR, merchant_id or 0, 0, 0, category)
        (known,) = read_backgrounds(db, [line.key], [asking], at=at)
        request = PurchaseRequest(*line.key, merchant_id or 0, _LEAST_MINOR, 0, "")
        hour = at.astimezone(ZONE).hour
        facts = facts_of(
            request, line, known, category, habit_terms(), taken_minor=0, on=on, hour=hour
        )

    def lets(amount_minor: int, plan_months: int) -> bool:
        wanted = valves.Asked(line.customer_id, amount_minor, plan_months, facts)
        return not valves.refuses(acting, wanted, on=on)

    return lets


def _category(db: Connection, merchant_id: int) -> Category:
    shop = read_merchants(db, [merchant_id]).get(merchant_id)
    return category_of(None if shop is None else shop.category)


def _sells(db: Connection, merchant_id: int) -> bool:
    return sql.maybe(db, "find_open_merchant", merchant_id=merchant_id) is not None


def _others(
    db: Connection, line: Line, asked: Asked, *, answers: bool, at: datetime
) -> tuple[OtherWay, ...]:
    """Offer what would be granted now; where nothing can be granted at all, another method."""
    amount = asked.amount_minor or 0
    if not answers:
        return (OtherWay(Way.ANOTHER_METHOD, 0, amount),)
    on, acting = business_day.read(db).current_on, read_gate(db).acting
    request = PurchaseRequest(*line.key, asked.merchant_id or 0, amount, asked.plan_months, "")
    category = _category(db, request.merchant_id)
    asking = Asking(amount, request.merchant_id, 0, 0, category)
    (known,) = read_backgrounds(db, [line.key], [asking], at=at)
    (since_raise,) = read_raises(db, [line.key], on=on)
    case = Case(
        request,
        line,
        products.by_id(db, {line.product_id})[line.product_id],
        _judging(db, "checkout", line.customer_id),
        read_habits(db, [line.customer_id]).get(line.customer_id),
        known._replace(days_since_raise=since_raise),
        category,
        habit_terms(),
        partial(_may_spend, db, line, at),
        on,
        lets=_lets(db, line, acting, asked.merchant_id, on=on, at=at) if acting else lets_all,
    )
    (ways,) = other_ways([case], offering(), at=at)
    return ways


def _may_spend(db: Connection, line: Line, at: datetime, amount_minor: int) -> bool:
    """Tell whether the caps of the line's owner let an amount pass, asked for as if for the first time."""
    caps = caps_of(db, {line.customer_id}, at=at)
    if not caps:
        return True
    spent = spent_of(db, caps, on=business_day.read(db).current_on)
    attempt = Attempt(
        line.customer_id, amount_minor, at, spent.get(line.customer_id, Spent()), None
    )
    return not against_caps([attempt], caps, terms().caps)


def _way_back(db: Connection, line: Line, standing: list[Standing], amount_minor: int) -> WayBack:
    """Find the smallest way: out of what restricts, or only to room within what may be used meanwhile."""
    known = known_of(db, line, standing)
    full = _to_full_use(known, amount_minor)
    if line.restriction_level != RESTRICTED_LEVEL or line.credit_barred:
        return full
    paid = known.least_for_room(amount_minor, within_minor=line.usable_minor)
    if not paid:
        return full
    only_pays = full.is_proven and all(step.does is Does.PAY for step in full.steps)
    if only_pays and sum(step.amount_minor or 0 for step in full.steps) <= paid:
        return full
    return WayBack((WayStep(Does.PAY, amount_minor=paid),), is_proven=True, usable_on=known.on)


def _to_full_use(known: Known, amount_minor: int) -> WayBack:
    back = way_back(known)
    room = known.least_for_room(amount_minor)
    if room is None:
        return back._replace(is_proven=False, usable_on=None)
    if not room:
        return back
    paid = max([room, *(step.amount_minor or 0 for step in back.steps)])
    others = [step for step in back.steps if step.does is not Does.PAY]
    return back._replace(steps=(WayStep(Does.PAY, amount_minor=paid), *others))


def _after_relief(back: WayBack, relief: OnRelief | None) -> WayBack:
    """Add that the relief is to be kept: it ends the day after its last due, if all of it is paid by then."""
    if relief is None:
        return back
    until = relief.ends_on + timedelta(days=1)
    usable_on = max(until, back.usable_on or until) if back.is_proven else None
    steps = (*back.steps, WayStep(Does.WAIT, until_on=until))
    return WayBack(tuple(dict.fromkeys(steps)), is_proven=back.is_proven, usable_on=usable_on)


def _after_valve(back: WayBack, valve: Acting | None) -> WayBack:
    """Add that the valve's end is to be waited for; sooner, less may be let through."""
    if valve is None:
        return back
    until = valve.until_on
    usable_on = max(until, back.usable_on or until) if back.is_proven else None
    steps = (*back.steps, WayStep(Does.WAIT, until_on=until))
    return WayBack(steps, is_proven=back.is_proven, usable_on=usable_on)


def known_of(db: Connection, line: Line, standing: list[Standing]) -> Known:
    """Read all that a way back is computed from, in the caller's snapshot."""
    on = business_day.day_reached(db, line.customer_id)
    book = _judging(db, "watch", line.customer_id)
    after = on - timedelta(days=2 * YEAR_DAYS)
    return Known(
        book=book,
        line=line,
        product=products.by_id(db, {line.product_id})[line.product_id],
        owed=read_owed(db, [line.key], {line.customer_id: on}),
        facts=read_facts(db, book, line.key, on=on),
        episodes=[Episode(*one) for one in read_episodes(db, *line.key, after=after)],
        restrictions=standing,
        on=on,
    )


def _judging(db: Connection, book: str, customer_id: int) -> RuleBook:
    now = rulebooks.running(db, book)
    if now.challenger is None:
        return now.live
    name, version = now.challenger.name, now.challenger.version
    share = is_challenged([customer_id], name=name, version=version, share_ppm=now.share_ppm)
    return now.challenger if share[0] else now.live
