"""Fraud, written into a plan: rings, takeovers and cash-out."""

from __future__ import annotations

import numpy as np

from whiteslip.world.threats.labels import Hand, Kind
from whiteslip.world.threats.plan import Dice, Intent, Plan, Sight

RESOLD = "electronics"
"""What is as good as money the day after."""
_QUARTER = 15
_DAY_MINUTES = 24 * 60
_NIGHT = (5, 280)
_STEP_MINOR = 100
_ROUND_FOR_A_RING = 10_000


def plant(plan: Plan, dice: Dice, *, years: float) -> None:
    """Write all fraud of a world into its plan."""
    fraud, people = plan.terms.fraud, len(plan.shoppers)
    for _ in range(dice.of_rate(fraud.rings, people, years)):
        _ring(plan, dice)
    for _ in range(dice.of_rate(fraud.takeovers, people, years)):
        _takeover(plan, dice)
    for _ in range(dice.of_rate(fraud.cash_outs, people, years)):
        _cash_out(plan, dice)


def _day(plan: Plan, dice: Dice, *, before_end: int) -> int | None:
    first, last = plan.terms.fraud.quiet_start_days, plan.days - before_end
    return dice.count((first, last)) if first < last else None


def _ring(plan: Plan, dice: Dice) -> None:
    """Open accounts in step, let them look alive, and use them up together."""
    terms = plan.terms.ring
    warms = dice.count(terms.warms_days)
    latest = plan.days - warms - terms.bursts_within - terms.opens_within - 10
    if latest < 1:
        return
    opens = dice.count((1, latest))
    who = plan.take(dice, dice.count(terms.members), joined_by=plan.days)
    last = opens + terms.opens_within + warms + terms.bursts_within
    episode = plan.begin(Kind.RING, tuple(who), opens, last)
    plan.passes[episode] = dice.happens(terms.passes_code)
    plan.gives_up[episode] = 3 * len(who)
    plan.criminals.update(who)
    held = (
        (plan.device, terms.devices), (plan.phone, terms.phones), (plan.address, terms.addresses),
        (plan.card, terms.cards), (plan.network, terms.networks),
    )  # fmt: skip
    for column, pair in held:
        pool = np.array([dice.number() for _ in range(dice.count(pair))])
        column[who] = dice.rng.choice(pool, len(who))
    for one in who:
        plan.shoppers.joins[one] = opens + dice.count((0, terms.opens_within))
        plan.shoppers.limit[one] = dice.count(terms.limit_minor) // 50_000 * 50_000
        plan.shoppers.purchases_a_day[one] = 0.0
        plan.applied_from[one] = plan.device[one]
        _warm(plan, dice, one, until=opens + terms.opens_within + warms)
        _burst(plan, dice, one, episode, on=opens + terms.opens_within + warms)


def _warm(plan: Plan, dice: Dice, one: int, *, until: int) -> None:
    terms = plan.terms.ring
    day = int(plan.shoppers.joins[one]) + 1
    while day < until:
        shop = plan.town.shop("groceries", dice.count((0, plan.town.shops_a_category - 1)))
        amount = dice.count(terms.warms_minor)
        minute = dice.pick(list(plan.terms.days.minutes))
        plan.intend(day, Intent(minute, one, shop, amount, 0.0, 1, 0, *_things(plan, one)))
        day += dice.count((2, 2 * terms.warms_every - 2))


def _burst(plan: Plan, dice: Dice, one: int, episode: int, *, on: int) -> None:
    terms = plan.terms.ring
    plan.quits[one] = on
    for _ in range(dice.count(terms.tries)):
        category = RESOLD if dice.happens(terms.resale) else "clothing"
        shop = plan.town.shop(category, dice.count((0, plan.town.shops_a_category - 1)))
        share, months = dice.between(terms.share), 12 if dice.happens(0.3) else 0
        minute = dice.count((36, 90)) * _QUARTER
        things = _things(plan, one)
        intent = Intent(minute, one, shop, 0, share, _ROUND_FOR_A_RING, months, *things)
        day = on + dice.count((0, terms.bursts_within - 1))
        plan.intend(day, intent._replace(episode=episode))


def _takeover(plan: Plan, dice: Dice) -> None:
    """Let a thief onto somebody's line."""
    terms = plan.terms.takeover
    on = _day(plan, dice, before_end=8)
    if on is None or not (taken := plan.take(dice, 1, joined_by=on - 30)):
        return
    (one,) = taken
    slow = dice.happens(terms.slow)
    tries = dice.count(terms.tries)
    episode = plan.begin(Kind.TAKEOVER, (one,), on, on + (tries if slow else 1))
    plan.passes[episode] = dice.happens(terms.passes_code)
    plan.gives_up[episode] = dice.count(terms.gives_up)
    device = dice.number() if dice.happens(terms.new_device) else int(plan.device[one])
    address = dice.number() if dice.happens(terms.new_address) else int(plan.address[one])
    modest = dice.happens(terms.modest)
    begins = dice.count(_NIGHT if dice.happens(terms.night) else (300, 1300))
    apart = dice.count(terms.within_minutes) // tries
    for n in range(tries):
        category = RESOLD if dice.happens(terms.resale) else "travel"
        shop = plan.town.shop(category, dice.count((0, plan.town.shops_a_category - 1)))
        amount = dice.count(terms.modest_minor) if modest else 0
        share = 0.0 if modest else dice.between(terms.share)
        day, minute = (on + n // 2, begins) if slow else (on, begins + n * max(2, apart))
        day, minute = day + minute // _DAY_MINUTES, minute % _DAY_MINUTES
        minute = min(_DAY_MINUTES - 1, minute + (n % 2 if slow else 0))
        intent = Intent(minute, one, shop, amount, share, _STEP_MINOR, 0, device, address)
        plan.intend(day, intent._replace(hand=Hand.THIEF, episode=episode))
    seen_on = on + dice.count(terms.owner_sees)
    if seen_on < plan.days:
        plan.sights[seen_on].append(Sight(one, episode))


def _cash_out(plan: Plan, dice: Dice) -> None:
    """Let an owner turn the line into money, at one shop again and again."""
    terms = plan.terms.cash_out
    on = _day(plan, dice, before_end=8)
    if on is None or not (taken := plan.take(dice, 1, joined_by=on - 10)):
        return
    (one,) = taken
    within, tries = dice.count(terms.within_days), dice.count(terms.tries)
    episode = plan.begin(Kind.CASH_OUT, (one,), on, on + within)
    plan.passes[episode] = True
    plan.gives_up[episode] = terms.gives_up
    if dice.happens(terms.conniving):
        shop = plan.town.ordinary + dice.count((0, terms.shops - 1))
    else:
        shop = plan.town.shop(RESOLD, dice.count((0, plan.town.shops_a_category - 1)))
    step = 1 if dice.happens(terms.ragged) else dice.pick(list(terms.round_minor))
    days = sorted(dice.count((0, within - 1)) for _ in range(tries))
    for n, day in enumerate(days):
        last = n == tries - 1
        share = terms.fills_to if last else dice.between(terms.share)
        minute = dice.count((32, 88)) * _QUARTER
        plan.intend(
            on + day,
            Intent(minute, one, shop, 0, share, step, 0, *_things(plan, one), Hand.OWNER, episode),
        )
    if dice.happens(terms.never_pays):
        plan.quits[one] = on


def _things(plan: Plan, one: int) -> tuple[int, int]:
    return int(plan.device[one]), int(plan.address[one])
