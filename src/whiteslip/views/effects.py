"""The effect of a policy on people, merchants and the platform, from recorded facts; what is expected is told apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from whiteslip.infra import arrays, business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.arrears import store as arrears
from whiteslip.risk.portfolio import effect, loss, rules
from whiteslip.risk.portfolio.effect import (
    CHECKOUT,
    ByReason,
    Counts,
    Effect,
    EffectTerms,
    Figure,
    Orders,
    Owed,
    Policy,
    PolicyKind,
    Spell,
)
from whiteslip.risk.portfolio.loss import LossTerms
from whiteslip.risk.portfolio.model import Standing
from whiteslip.views.portfolio import loss_terms, show_rolls

sql = Sql(__package__)
_STANDINGS = tuple(Standing)
EVER = date(1, 1, 1)
ONE_DAY = timedelta(days=1)


class EffectView(NamedTuple):
    """The effect of a policy, that of another if one was named, and the difference."""

    effect: Effect
    against: Effect | None
    difference: tuple[Figure, ...]


class Window(NamedTuple):
    """Which restrictions and refusals count: those that began in it. Everything is as known on `on`."""

    since: date
    until: date
    on: date


@cache
def effect_terms() -> EffectTerms:
    """Read the shipped parameters, once."""
    file = resources.files("whiteslip.risk.portfolio") / "data" / "effect.toml"
    return effect.read_effect_terms(file.read_text("utf-8"))


def show_effect(
    db: Connection,
    policy: str,
    *,
    against: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> EffectView:
    """Show what a policy did to all three layers, up to today; `NotFound` where it bore on nobody and is not known."""
    one = effect.read_policy(policy)
    other = effect.read_policy(against) if against else None
    today = business_day.read(db).current_on
    window = Window(since or EVER, until or today, today)
    share = _lost_share(db, loss_terms())
    found = _effect(db, one, window, share)
    if other is None:
        return EffectView(found, None, ())
    beside = _effect(db, other, window, share)
    return EffectView(found, beside, effect.compare(found, beside))


def _effect(
    db: Connection, policy: Policy, window: Window, share: Callable[[int | None], float | None]
) -> Effect:
    granting = policy.kind is PolicyKind.CAMPAIGN
    spells = effect.merged(_spells(db, policy, window))
    reasons = () if granting else _reasons(db, policy, window)
    if not spells and not reasons:
        _need_known(db, policy)
    counts = _counts(db, spells, reasons, window.on, share, sold=granting, lasting=bool(reasons))
    tell = effect.granting if granting else effect.stopping
    return tell(policy, counts, on=window.on, lost_share=share)


def _spells(db: Connection, policy: Policy, window: Window) -> list[Spell]:
    if policy.kind is PolicyKind.CAMPAIGN:
        found = sql.columns(db, "find_grants", campaign_id=int(policy.name), on=window.on)
    elif policy.kind is PolicyKind.BOOK and policy.name == CHECKOUT:
        period = {"since": window.since, "until": window.until}
        found = sql.columns(db, "find_refusals", book=policy.name, version=policy.version, **period)
    else:
        found = sql.columns(db, "find_stops", on=window.on, **_chosen(policy, window))
    columns = ("customer_ids", "line_ids", "from_ons", "to_ons")
    return [Spell(*row) for row in zip(*(found[name].tolist() for name in columns), strict=True)]


def _reasons(db: Connection, policy: Policy, window: Window) -> tuple[ByReason, ...]:
    rows = sql.many(db, "sum_policy_reasons", **_chosen(policy, window))
    return tuple(ByReason(*row) for row in rows)


def _chosen(policy: Policy, window: Window) -> dict[str, Any]:
    by_reason = policy.kind is PolicyKind.REASON
    return {
        "book": None if by_reason else policy.name,
        "version": policy.version,
        "run_on": policy.run_on,
        "reason": policy.name if by_reason else None,
        "since": window.since,
        "until": window.until,
    }


def _counts(
    db: Connection,
    spells: list[Spell],
    reasons: tuple[ByReason, ...],
    on: date,
    share: Callable[[int | None], float | None],
    *,
    sold: bool,
    lasting: bool,
) -> Counts:
    """Count what can be counted of spells; `lasting` are stops, which bar buying on a part of their last day too."""
    terms, ends = effect_terms(), arrears.list_month_ends(db)
    owners = {
        "customer_ids": arrays.bigints([spell.customer_id for spell in spells]),
        "from_ons": arrays.dates([spell.from_on for spell in spells]),
    }
    lines = {"line_ids": arrays.bigints([spell.line_id for spell in spells])}
    to_ons = {"to_ons": arrays.dates([spell.to_on for spell in spells])}
    kept = {"kept_ends": arrays.dates(ends)}
    orders = sql.many(
        db,
        "measure_orders",
        **owners,
        **lines,
        last_ons=arrays.dates(
            [spell.to_on if lasting else spell.to_on - ONE_DAY for spell in spells]
        ),
        **kept,
        sold=sold,
        again_days=terms.sold_again_days,
    )
    owed = sql.many(
        db,
        "measure_owed",
        **owners,
        **lines,
        **kept,
        last_end=ends[-1] if ends else None,
        bad_over=terms.bad_over_days,
    )
    voices = sql.one(db, "count_voices", **owners, **to_ons, days=terms.complaint_days)
    return Counts(
        people=len({spell.customer_id for spell in spells}),
        lines=len({spell[:2] for spell in spells}),
        days=sum((spell.to_on - spell.from_on).days for spell in spells),
        still=len({spell[:2] for spell in spells if spell.to_on > on}),
        complaints=voices.complaints,
        frozen_complaints=voices.frozen,
        reasons=reasons,
        orders=tuple(Orders(*row) for row in orders),
        owed=_owed(owed, share),
    )


def _owed(rows: list[Any], share: Callable[[int | None], float | None]) -> Owed:
    lost = [row.now_minor * (share(row.place or 1) or 0.0) for row in rows]
    names = ("lines", "known_lines", "owed_minor", "bad_lines", "bad_minor", "now_minor")
    sums = (sum(getattr(row, name) for row in rows) for name in names)
    return Owed(*sums, now_loss_minor=round(sum(lost)))


def _lost_share(db: Connection, terms: LossTerms) -> Callable[[int | None], float | None]:
    """Make a function from a place to the part that is expected to be lost, by the rolls seen and the prior."""
    rolled = show_rolls(db, months=terms.history_months)
    chain = loss.monthly(rolled.rates, terms)
    shares: dict[Standing, float] = {}
    for where in rules.BUCKETS:
        months = terms.stage_1_months if loss.stage_of(where) == 1 else terms.stage_2_months
        chance = loss.default_chance(where, chain, (WHOLE_PPM,), months)
        shares[where] = effect.share_of(chance, terms.loss_ppm[where])

    def share(place: int | None) -> float | None:
        if place is None:
            return None
        where = _STANDINGS[place]
        return shares.get(where, shares[Standing.CURRENT])

    return share


def _need_known(db: Connection, policy: Policy) -> None:
    if policy.kind is PolicyKind.CAMPAIGN:
        known = sql.maybe(db, "find_campaign", campaign_id=int(policy.name)) is not None
    elif policy.kind is PolicyKind.REASON:
        known = True
    else:
        known = bool(sql.many(db, "find_rule_book", book=policy.name, version=policy.version))
    if not known:
        raise NotFound(f"there is no {policy.told}")
