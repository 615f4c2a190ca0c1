"""What loosenings may give, gave and take back, as kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import isnan
from typing import Any, Final

from whiteslip.credit.affordability.store import terms
from whiteslip.credit.limits import store as limits
from whiteslip.credit.limits.tiers import tier_of
from whiteslip.decisioning.features.store import Columns
from whiteslip.decisioning.rulebooks.blast import still_released
from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ONE_DAY, add_months
from whiteslip.kernel.errors import InvariantBroken, invariant
from whiteslip.kernel.money import Minor
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import (
    grant_temporary_limits,
    shorten_temporary_limits,
    take_turns,
)
from whiteslip.risk.loosenings import rules
from whiteslip.risk.loosenings.model import Ending, Grant, Granted, Now, Shortened
from whiteslip.risk.segments.model import Direction, Offer
from whiteslip.risk.segments.store import conditions, read_members
from whiteslip.risk.tightenings import store as tightenings
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.risk.tightenings.rules import cohort_of, members_of

sql = Sql(__package__)
FEE_DAYS: Final = 90
"""Over which the share that shops pay is reckoned: the quarter a loosening lasts."""


def find_unfit(
    db: Connection, keys: Sequence[LineKey], offer: Offer, *, highest_level: int, on: date
) -> set[LineKey]:
    """Find those of some lines that are not to be given room: late, restricted, in difficulty or in dispute."""
    late_since = add_months(on, -offer.late_free_months)
    rows = sql.many(
        db, "find_unfit", **_keys(keys), late_since=late_since, highest_level=highest_level, on=on
    )
    return {LineKey(*row) for row in rows}


def read_rooms(
    db: Connection, found: Columns, offer: Offer, *, highest_level: int, on: date
) -> dict[LineKey, Minor]:
    """Read what room each of some lines may be given; a line that may be given none has no entry.

    `found` are features of the lines, among them what is known of income and debts elsewhere. The tier must be one that
    may join campaigns, and the month must carry it.
    """
    told = _told(found)
    unfit = find_unfit(db, list(told), offer, highest_level=highest_level, on=on)
    fit = [key for key in told if key not in unfit]
    policy, tiers, rooms = limits.policy(), limits.tiers(), dict[LineKey, Minor]()
    for one in limits.read_subjects(db, fit, as_of=on - ONE_DAY, policy=policy):
        tier = tier_of(
            tiers,
            probability=one.subject.probability,
            tenure_days=(on - one.opened_on).days,
            on_time_dues=one.subject.on_time_dues,
        )
        carried = rules.carried_minor(
            one.means,
            terms(),
            told=told[one.key],
            minimum_ppm=one.product.minimum_ppm,
            without_means_minor=policy.without_means_minor,
        )
        room = rules.room_of(one.subject, offer, carried=carried) if tier.may_join_campaigns else 0
        if room:
            rooms[one.key] = room
    return rooms


def sum_fees(db: Connection, keys: Sequence[LineKey], *, on: date) -> float | None:
    """Tell which share of what some lines bought lately their shops paid; None where nothing was bought."""
    row = sql.one(db, "sum_fees", **_keys(keys), since=on - timedelta(days=FEE_DAYS))
    return row.fee_minor / row.bought_minor if row.bought_minor > 0 else None


def read_now(db: Connection, loosening: Tightening, *, highest_level: int, on: date) -> Now:
    """Read who is in the segment as of the morning of a day, and what room each may be given."""
    name = loosening.segment
    (book,) = conditions([(name, loosening.condition)]).values()
    wanted = ("days_past_due", rules.INCOME, rules.BURDEN)
    found = read_members(db, book, as_of=on - ONE_DAY, names=wanted)
    rooms = read_rooms(db, found, _offer(loosening), highest_level=highest_level, on=on)
    cohort = cohort_of(
        found,
        name,
        exempt=set(_told(found)) - rooms.keys(),
        holdout_ppm=loosening.holdout_ppm,
        stages=loosening.stages,
        drawn_on=loosening.proposed_on,
    )
    members = members_of(cohort, direction=Direction.LOOSEN)
    return Now(members, {(key.customer_id, key.line_id): one for key, one in rooms.items()})


def roll_out(
    db: Connection,
    before: Tightening,
    place: int,
    now: Now,
    *,
    highest_level: int,
    actor: str,
    on: date,
    at: datetime,
) -> Granted:
    """Give the lines of a stage their room, to the review date; what is returned is to be told.

    The lines are locked, and whoever is unfit by now is left out. A later stage that has grown beyond what was released
    gives nothing: `grew_to` says so.
    """
    number = before.tightening_id
    tightenings.insert_members(db, number, now.members, on=on)
    keys = find_ungranted(db, number, stage=place, on=on, renewals=False)
    wanted = _locked(db, before, keys, now.rooms, highest_level=highest_level, on=on)
    lines = count_granted(db, number).lines + len(wanted)
    steps = [(row.command, row.facts) for row in tightenings.list_steps(db, number)]
    agreed = rules.released_lines(before, steps)
    if place > 0 and not still_released(agreed, lines, guard=blast_guard()):
        return Granted(before, (), lines)
    grants = _grant(db, before, wanted, on=on)
    facts = {"stage": place, "lines": len(grants), "minor": sum(one.amount_minor for one in grants)}
    after = tightenings.move_tightening(
        db,
        before,
        Command.ROLL_OUT,
        actor=actor,
        note=f"stage {place + 1}",
        on=on,
        at=at,
        facts=facts,
        stages_done=place + 1,
    )
    return Granted(after, tuple(grants), None)


def renew(
    db: Connection, loosening: Tightening, *, highest_level: int, on: date
) -> tuple[Grant, ...]:
    """Give those whose grant ran to its promised end another, where people kept the loosening beyond it."""
    number, place = loosening.tightening_id, loosening.stages_done - 1
    keys = find_ungranted(db, number, stage=place, on=on, renewals=True)
    if not keys or loosening.review_on is None or loosening.review_on <= on:
        return ()
    rooms = read_now(db, loosening, highest_level=highest_level, on=on).rooms
    wanted = _locked(db, loosening, keys, rooms, highest_level=highest_level, on=on)
    return tuple(_grant(db, loosening, wanted, on=on))


def find_ungranted(
    db: Connection, tightening_id: int, *, stage: int, on: date, renewals: bool
) -> list[LineKey]:
    """Find the members up to a stage that were given nothing yet or, for renewals, whose last grant has ended."""
    rows = sql.many(
        db, "find_ungranted", tightening_id=tightening_id, stage=stage, on=on, renewals=renewals
    )
    return [LineKey(*row) for row in rows]


def _locked(
    db: Connection,
    loosening: Tightening,
    keys: Sequence[LineKey],
    rooms: Mapping[tuple[int, int], Minor],
    *,
    highest_level: int,
    on: date,
) -> list[tuple[LineKey, Minor]]:
    """Lock lines and keep those that are still fit, each with its room."""
    turns = take_turns(db, [key for key in keys if key in rooms])
    offer = _offer(loosening)
    unfit = find_unfit(db, list(turns), offer, highest_level=highest_level, on=on)
    return [(key, rooms[key]) for key in turns if key not in unfit]


def _grant(
    db: Connection, loosening: Tightening, wanted: Sequence[tuple[LineKey, Minor]], *, on: date
) -> list[Grant]:
    if loosening.review_on is None:
        raise InvariantBroken("only what is released gives room")
    if not wanted:
        return []
    numbers = take_numbers(db, len(wanted))
    grants = [
        Grant(*key, number, amount, loosening.review_on)
        for (key, amount), number in zip(wanted, numbers, strict=True)
    ]
    keys, amounts = [key for key, _ in wanted], [one.amount_minor for one in grants]
    ends_ons = [one.ends_on for one in grants]
    grant_temporary_limits(db, keys, numbers, amounts, ends_ons, on=on)
    insert_grants(db, loosening.tightening_id, grants, on=on)
    return grants


def insert_grants(db: Connection, tightening_id: int, grants: Sequence[Grant], *, on: date) -> None:
    """Keep what a stage gave."""
    kept = sql.run(
        db,
        "insert_grants",
        tightening_id=tightening_id,
        **_keys([LineKey(one.customer_id, one.line_id) for one in grants]),
        limit_ids=arrays.bigints([one.limit_id for one in grants]),
        amounts_minor=arrays.bigints([one.amount_minor for one in grants]),
        ends_ons=arrays.dates([one.ends_on for one in grants]),
        on=on,
    )
    invariant(kept == len(grants), "only members that are loosened and not exempt are granted")


def count_granted(db: Connection, tightening_id: int) -> Any:
    """Count the `lines` a loosening gave anything, the `active_lines` that may still use it, and `active_minor`."""
    return sql.one(db, "count_granted", tightening_id=tightening_id)


def call_in_grants(db: Connection, tightening_id: int, *, early_on: date, on: date) -> list[Ending]:
    """Announce that what of a loosening's grants is not in use ends early; return what is to be told."""
    rows = sql.many(db, "call_in_grants", tightening_id=tightening_id, early_on=early_on, on=on)
    return sorted(Ending(*row) for row in rows)


def end_called_in(db: Connection, *, on: date) -> list[Shortened]:
    """End the grants whose early end has come; what is in use of each stays until its promised end.

    So nobody is above their limits by it. Run again, it does nothing.
    """
    rows = sql.many(db, "find_called_in", on=on)
    if not rows:
        return []
    grants = [Grant(*row[:5]) for row in rows]
    turns = take_turns(db, [LineKey(one.customer_id, one.line_id) for one in grants])
    done: list[Shortened] = []
    for one in grants:
        line = turns[LineKey(one.customer_id, one.line_id)]
        kept = rules.in_use_minor(one.amount_minor, used=line.used_minor, limit=line.limit_minor)
        turns[line.key] = line._replace(
            temporary_limit_minor=line.temporary_limit_minor - one.amount_minor + kept
        )
        done.append(Shortened(one, kept))
    _end(db, done, on=on)
    return done


def _end(db: Connection, done: Sequence[Shortened], *, on: date) -> None:
    changed = {
        "customer_ids": arrays.bigints([one.grant.customer_id for one in done]),
        "limit_ids": arrays.bigints([one.grant.limit_id for one in done]),
        "kept_ids": arrays.bigints(take_numbers(db, len(done))),
        "kept_minor": arrays.bigints([one.kept_minor for one in done]),
    }
    promised_ons = arrays.dates([one.grant.ends_on for one in done])
    shorten_temporary_limits(db, **changed, promised_ons=promised_ons, on=on)
    sql.run(db, "end_grants", **changed, on=on)


def take_endings(db: Connection, *, on: date, days: int) -> list[Ending]:
    """Take the grants whose owners are to be told that they end, once."""
    return sorted(Ending(*row) for row in sql.many(db, "take_endings", on=on, days=days))


def find_ungrounded(db: Connection) -> list[Any]:
    """Find grants of loosenings to lines that were held out, exempt, behind or under a relief."""
    return sql.many(db, "find_ungrounded")


def _offer(loosening: Tightening) -> Offer:
    if loosening.offer is None:
        raise InvariantBroken("a loosening offers something")
    return loosening.offer


def _told(found: Columns) -> dict[LineKey, tuple[object, object]]:
    """Put beside each line what is known of its owner's income and debts; NaN is not known."""
    names = ("customer_id", "line_id", rules.INCOME, rules.BURDEN)
    rows = zip(*(found[name].tolist() for name in names), strict=True)
    return {
        LineKey(owner, line): (_known(income), _known(burden))
        for owner, line, income, burden in rows
    }


def _known(fact: float | None) -> float | None:
    return None if fact is None or isnan(fact) else fact


def _keys(keys: Sequence[LineKey]) -> dict[str, Any]:
    return {
        "customer_ids": arrays.bigints([key.customer_id for key in keys]),
        "line_ids": arrays.bigints([key.line_id for key in keys]),
    }
