"""Ordinary life that looks odd at times, and groups that share things honestly, written into a plan."""

from __future__ import annotations

from datetime import date

import numpy as np

from whiteslip.world.shoppers import NEVER
from whiteslip.world.threats.labels import Kind
from whiteslip.world.threats.plan import Change, Dice, Intent, Plan

_LARGE_AMONG = ("home", "electronics", "clothing")
_NIGHT_MINUTES = (20, 280)
_SEPTEMBER, _MOVES_IN_WITHIN = 9, 10
_FOLLOWS = 14
_LEAST_MINOR = 5_000
_STEP_MINOR = 100


def live(plan: Plan, dice: Dice, *, years: float) -> None:
    """Write what befalls honest people, the groups they live in, and a downturn, into a plan."""
    _groups(plan, dice)
    events = plan.terms.events
    honest = np.array(sorted(plan.free), np.int64)
    chances = {
        Kind.MOVED: events.moved, Kind.NEW_PHONE: events.new_phone, Kind.WEDDING: events.wedding,
        Kind.HOLIDAY: events.holiday, Kind.BIRTH: events.birth,
    }  # fmt: skip
    for kind, chance in chances.items():
        for one in honest[dice.rng.random(len(honest)) < chance * years]:
            joined = int(plan.shoppers.joins[one])
            if joined < plan.days - 1:
                _befall(plan, dice, kind, int(one), dice.count((joined + 1, plan.days - 1)))
    for one in honest[plan.shoppers.shock_from[honest] < plan.days]:
        first, last = int(plan.shoppers.shock_from[one]), int(plan.shoppers.shock_until[one])
        plan.begin(Kind.LOST_WORK, (int(one),), first, last)
    _downturn(plan, dice)


def _befall(plan: Plan, dice: Dice, kind: Kind, one: int, on: int) -> None:
    events = plan.terms.events
    if kind is Kind.NEW_PHONE:
        plan.begin(kind, (one,), on, on + _FOLLOWS)
        plan.change(on, Change(one, dice.number(), 0))
    elif kind is Kind.MOVED:
        address = dice.number()
        plan.change(on, Change(one, 0, address))
        episode = plan.begin(kind, (one,), on, on + _FOLLOWS)
        _spend(
            plan,
            dice,
            one,
            episode,
            buys=events.moved_buys,
            times=events.moved_times,
            within=_FOLLOWS,
            address=address,
        )
    elif kind is Kind.WEDDING:
        episode = plan.begin(kind, (one,), on, on + 30)
        _spend(
            plan,
            dice,
            one,
            episode,
            buys=events.wedding_buys,
            times=events.wedding_times,
            within=30,
        )
    elif kind is Kind.HOLIDAY:
        days = dice.count(events.holiday_days)
        hotel = dice.number() if dice.happens(events.holiday_hotel) else 0
        episode = plan.begin(kind, (one,), on, on + days)
        _spend(
            plan, dice, one, episode, buys=events.holiday_buys, times=events.holiday_times, within=days,
            address=hotel, at_night=1.0, among=("travel", "dining", "clothing"),
        )  # fmt: skip
    else:
        episode = plan.begin(kind, (one,), on, on + 42)
        _spend(
            plan, dice, one, episode, buys=events.birth_buys, times=events.birth_times, within=42,
            at_night=events.birth_night, among=("groceries", "home", "clothing"),
        )  # fmt: skip


def _spend(
    plan: Plan,
    dice: Dice,
    one: int,
    episode: int,
    *,
    buys: tuple[int, int],
    times: tuple[float, float],
    within: int,
    address: int = 0,
    at_night: float = 0.0,
    among: tuple[str, ...] = _LARGE_AMONG,
) -> None:
    """Let a person buy so often within so many days, each in multiples of what they usually pay, as far as it goes."""
    first = plan.episodes[episode].first
    usual = plan.shoppers.spending_scale[one] * 30_000
    for _ in range(dice.count(buys)):
        shop = plan.town.shop(
            dice.pick_text(among), dice.count((0, plan.town.shops_a_category - 1))
        )
        minute = dice.count(_NIGHT_MINUTES) if dice.happens(at_night) else int(plan.own_minute[one])
        amount = max(_LEAST_MINOR, int(usual * dice.between(times)) // _STEP_MINOR * _STEP_MINOR)
        plan.intend(
            first + dice.count((0, within)),
            Intent(minute, one, shop, amount, 0.0, 1, 0, 0, address, episode=episode),
        )


def _groups(plan: Plan, dice: Dice) -> None:
    """Let families, dormitories and those who signed up at one tablet share what they share."""
    groups, people = plan.terms.groups, len(plan.shoppers) / 1_000
    for _ in range(dice.rng.poisson(groups.families * people)):
        who = _members(plan, dice, groups.family)
        plan.address[who] = dice.number()
        plan.applied_from[who] = dice.number()
        plan.network[who] = dice.number()
        if dice.happens(groups.one_card):
            plan.card[who] = dice.number()
        plan.begin(Kind.FAMILY, tuple(who), 0, plan.days)
    for _ in range(dice.rng.poisson(groups.dormitories * people)):
        _dormitory(plan, dice)
    for _ in range(dice.rng.poisson(groups.tablets * people)):
        who, tablet = _members(plan, dice, groups.tablet), dice.number()
        plan.applied_from[who] = tablet
        plan.network[who] = dice.number()
        for one in who:
            plan.shoppers.joins[one] = dice.count((1, min(180, max(1, plan.days - 2))))
        plan.begin(Kind.TABLET, tuple(who), 0, plan.days)


def _dormitory(plan: Plan, dice: Dice) -> None:
    opens = plan.terms.calendar.opens_on
    moves_in = (date(opens.year, _SEPTEMBER, 1) - opens).days
    first = moves_in if 0 < moves_in < plan.days - 30 else plan.days // 3
    who, address = _members(plan, dice, plan.terms.groups.dormitory), dice.number()
    network = dice.number()
    for one in who:
        plan.shoppers.joins[one] = min(plan.days - 1, first + dice.count((0, _MOVES_IN_WITHIN)))
        plan.address[one], plan.network[one] = address, network
    plan.begin(Kind.DORMITORY, tuple(who), first, plan.days)


def _members(plan: Plan, dice: Dice, pair: tuple[int, int]) -> list[int]:
    """Choose who is in a group; what else happens to them is left to chance, but for other groups."""
    who = plan.take(dice, dice.count(pair), joined_by=plan.days)
    plan.grouped.update(who)
    return who


def _downturn(plan: Plan, dice: Dice) -> None:
    """Let one branch earn less from some day on: its people pay later, or not."""
    terms, shoppers = plan.terms.downturn, plan.shoppers
    first = int(plan.days * terms.begins)
    last = first + dice.count(terms.days)
    hit = np.flatnonzero(
        (dice.rng.random(len(shoppers)) < terms.share) & (shoppers.shock_from == NEVER)
    )
    shoppers.shock_from[hit], shoppers.shock_until[hit] = first, last
    shoppers.shock_kept[hit] = dice.rng.uniform(*terms.kept, len(hit))
    plan.begin(Kind.DOWNTURN, tuple(int(one) for one in hit), first, last)
