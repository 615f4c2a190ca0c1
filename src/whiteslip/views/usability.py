"""Why a line can or cannot be used: every gate in one answer, what still works, and the smallest proven way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.experiment import is_challenged
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.reason import Reason, ReasonCode, at_most
from whiteslip.money.arrears.store import read_episodes
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.products import store as products
from whiteslip.money.schedules.store import read_owed
from whiteslip.risk.suspensions.model import RESTRICTING, Standing
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

__all__ = ["Does", "Gate", "GateView", "Other", "OtherWay", "Usability", "WayStep", "usability"]

sql = Sql(__package__)


class Gate(StrEnum):
    """What a purchase must pass, in the order it is asked."""

    SYSTEM = "system"
    POLICY = "policy"
    CONSENT = "consent"
    LINE = "line"
    LIMIT = "limit"
    RISK = "risk"
    MERCHANT = "merchant"


class Other(StrEnum):
    """Another way to pay."""

    SMALLER_AMOUNT = "smaller_amount"
    PART_CREDIT = "part_credit"
    ANOTHER_METHOD = "another_method"


class GateView(NamedTuple):
    """A gate, whether it is open, and why not."""

    gate: Gate
    is_open: bool
    reasons: tuple[Reason, ...]


class OtherWay(NamedTuple):
    """Another way to pay: how much of it on credit, and how much by another method."""

    way: Other
    credit_minor: int
    other_minor: int


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


def usability(
    db: Connection, key: LineKey, *, amount_minor: int | None, merchant_id: int | None
) -> Usability | None:
    """Answer for a line, for an amount at a shop if they are named; None where there is no such line."""
    line = read_lines(db, [key]).get(key)
    if line is None:
        return None
    wanted = amount_minor or _LEAST_MINOR
    standing = standing_on(db, key)
    gates = tuple(_gates(db, line, standing, wanted, merchant_id))
    shut = [reason for gate in gates if not gate.is_open for reason in gate.reasons]
    can_buy = all(gate.is_open for gate in gates)
    back = _way_back(db, line, standing, wanted)
    others = () if can_buy or amount_minor is None else tuple(_others(gates, line, amount_minor))
    return Usability(
        *key,
        can_buy,
        line.restriction_level,
        line.available_minor,
        gates,
        at_most(*shut),
        WayBack((), is_proven=True, usable_on=None) if can_buy else back,
        others,
    )


def _gates(
    db: Connection, line: Line, standing: list[Standing], amount_minor: int, shop: int | None
) -> Iterator[GateView]:
    against = [reason for one in standing if one.level >= RESTRICTING for reason in _told(one)]
    policy = [one for one in against if one.code.startswith(_POLICY)]
    consent = [one for one in against if one.code is ReasonCode.CONSENT]
    risk = [one for one in against if one not in policy and one not in consent]
    refused = list(line_rules.refusals(line, amount_minor))
    limit = [one for one in refused if one.code is ReasonCode.LIMIT_EXCEEDED]
    fault = [] if _answers(db) else [Reason(ReasonCode.SYSTEM_FAULT)]
    closed = [] if shop is None or _sells(db, shop) else [Reason(ReasonCode.SYSTEM_FAULT)]
    for gate, reasons in {
        Gate.SYSTEM: fault,
        Gate.POLICY: policy,
        Gate.CONSENT: consent,
        Gate.LINE: [one for one in refused if one not in limit],
        Gate.LIMIT: limit,
        Gate.RISK: risk,
        Gate.MERCHANT: closed,
    }.items():
        yield GateView(gate, not reasons, at_most(*reasons))


def _told(one: Standing) -> Iterable[Reason]:
    """Give the reasons of a restriction that is in force; one on probation or overridden refuses nothing."""
    return one.reasons if one.state in ("active", "appealed", "curing", "in_review") else ()


def _answers(db: Connection) -> bool:
    """Tell whether anything could be granted at all."""
    try:
        rulebooks.live(db, "checkout")
    except NotFound:
        return False
    return True


def _sells(db: Connection, merchant_id: int) -> bool:
    return sql.maybe(db, "find_open_merchant", merchant_id=merchant_id) is not None


def _others(gates: Iterable[GateView], line: Line, amount_minor: int) -> Iterator[OtherWay]:
    """Offer a smaller amount or a part on credit where only the limit refuses, and another method always."""
    only_limit = all(gate.is_open for gate in gates if gate.gate is not Gate.LIMIT)
    room = max(0, line.available_minor)
    if only_limit and room:
        yield OtherWay(Other.SMALLER_AMOUNT, room, 0)
        yield OtherWay(Other.PART_CREDIT, room, amount_minor - room)
    yield OtherWay(Other.ANOTHER_METHOD, 0, amount_minor)


def _way_back(db: Connection, line: Line, standing: list[Standing], amount_minor: int) -> WayBack:
    known = known_of(db, line, standing)
    back = way_back(known)
    room = known.least_for_room(amount_minor)
    if room is None:
        return WayBack(back.steps, is_proven=False, usable_on=None)
    if not room:
        return back
    paid = max([room, *(step.amount_minor or 0 for step in back.steps)])
    others = [step for step in back.steps if step.does is not Does.PAY]
    return back._replace(steps=(WayStep(Does.PAY, amount_minor=paid), *others))


def known_of(db: Connection, line: Line, standing: list[Standing]) -> Known:
    """Read all that a way back is computed from, in the caller's snapshot."""
    on = _reached(db, line.customer_id)
    book = _judging(db, line.customer_id)
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


def _judging(db: Connection, customer_id: int) -> RuleBook:
    now = rulebooks.running(db, "watch")
    if now.challenger is None:
        return now.live
    name, version = now.challenger.name, now.challenger.version
    share = is_challenged([customer_id], name=name, version=version, share_ppm=now.share_ppm)
    return now.challenger if share[0] else now.live


def _reached(db: Connection, customer_id: int) -> date:
    """Return the day the customer's lines have reached; a view holds nothing."""
    day = business_day.read(db)
    if not day.closing:
        return day.current_on
    before = day.closed_on + timedelta(days=1)
    is_closed = business_day.has_closed(db, before, range_no=day.range_of(customer_id))
    return day.current_on if is_closed else before
