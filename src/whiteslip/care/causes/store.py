"""Attributing a day's new arrears in sets, keeping what customers and staff say, and what follows at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from whiteslip.care.causes import rules
from whiteslip.care.causes.model import (
    Attribution,
    CauseKey,
    Episode,
    Noticed,
    Source,
    Table,
    Treatments,
    Value,
)
from whiteslip.decisioning.features import store as features
from whiteslip.infra import arrays, outbox
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.actor import PROGRAM
from whiteslip.money.arrears.model import FeePause
from whiteslip.money.arrears.store import pause_fees
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey

sql = Sql(__package__)
FORMS = (
    "promise",
    "deferral",
    "extension",
    "installments",
    "seasonal",
    "holiday",
    "due_day",
    "re_age",
    "re_amortize",
    "new_terms",
)
"""The forms of relief a treatment may name; a test holds them to those there are."""


@cache
def table() -> Table:
    """Read what speaks for which cause, once."""
    return rules.read_table(_shipped("causes"))


@cache
def treatments() -> Treatments:
    """Read the treatments, once."""
    return rules.read_treatments(_shipped("treatments"), forms=FORMS)


def _shipped(name: str) -> str:
    return (resources.files(__package__ or "") / "data" / f"{name}.toml").read_text("utf-8")


def attribute_new(
    db: Connection, *, first: int, last: int, since_on: date, on: date, at: datetime
) -> list[Attribution]:
    """Attribute the episodes a range of customers begins with the dues of a day, from facts as of `on`."""
    found = sql.many(db, "find_new_episodes", first=first, last=last, since_on=since_on)
    if not found:
        return []
    known = _facts(db, {row.customer_id for row in found}, on=on)
    attributions = [
        Attribution(
            Episode(*row[:3]),
            number,
            rules.attribute(
                table(),
                rules.with_derived(
                    {
                        **known.get((row.customer_id, row.line_id), {}),
                        "is_disputed": row.is_disputed,
                        "debit_failed": row.debit_failed,
                    }
                ),
            ),
            Source.FACTS,
            PROGRAM,
        )
        for row, number in zip(found, take_numbers(db, len(found)), strict=True)
    ]
    keep(db, attributions, on=on, at=at)
    return attributions


def _facts(
    db: Connection, customer_ids: set[int], *, on: date
) -> dict[tuple[int, int], dict[str, Value | None]]:
    columns = features.compute(db, customer_ids, as_of=on, features=rules.FEATURES)
    keys = zip(columns["customer_id"].tolist(), columns["line_id"].tolist(), strict=True)
    rows = zip(*(columns[name].tolist() for name in rules.FEATURES), strict=True)
    return {
        (int(key[0]), int(key[1])): dict(zip(rules.FEATURES, map(_known, row), strict=True))
        for key, row in zip(keys, rows, strict=True)
    }


def _known(value: Any) -> Value | None:
    return None if value is None or math.isnan(value) else value


def find_current(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, Episode]:
    """Find the episodes of arrears under way of lines."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_current_episodes",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    return {LineKey(*row[:2]): Episode(*row) for row in rows}


def find_questioned(db: Connection, keys: Iterable[CauseKey]) -> list[LineKey]:
    """Find the lines whose limit attributions question and that were not reviewed since."""
    return [LineKey(*row) for row in _of_causes(db, "find_questioned", keys)]


def find_noticed(db: Connection, keys: Iterable[CauseKey]) -> list[Noticed]:
    """Find attributions as they are, those in a case already left out."""
    return [Noticed(*row) for row in _of_causes(db, "find_noticed", keys)]


def find_episodes(db: Connection, keys: Iterable[CauseKey]) -> list[Episode]:
    """Find the episodes of arrears that attributions explain, each once."""
    return [Episode(*row) for row in _of_causes(db, "find_episodes", keys)]


def _of_causes(db: Connection, name: str, keys: Iterable[CauseKey]) -> list[Any]:
    ordered = sorted(set(keys))
    return sql.many(
        db,
        name,
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        cause_ids=arrays.bigints([key.cause_id for key in ordered]),
    )


def keep(db: Connection, attributions: Sequence[Attribution], *, on: date, at: datetime) -> None:
    """Keep attributions with what follows: late fees that stand still, and what is fed back."""
    if not attributions:
        return
    known = treatments()
    said = [known[one.finding.cause] for one in attributions]
    episodes = [one.episode for one in attributions]
    sql.run(
        db,
        "insert_causes",
        customer_ids=arrays.bigints([one.customer_id for one in episodes]),
        cause_ids=arrays.bigints([one.cause_id for one in attributions]),
        line_ids=arrays.bigints([one.line_id for one in episodes]),
        since_ons=arrays.dates([one.since_on for one in episodes]),
        causes=arrays.texts([one.finding.cause for one in attributions]),
        sources=arrays.texts([one.source for one in attributions]),
        confidences=arrays.smallints([one.finding.confidence_pct for one in attributions]),
        evidence=arrays.jsons([msgspec.json.encode(one.finding.evidence) for one in attributions]),
        words=arrays.texts([one.words for one in attributions]),
        feedback=arrays.texts([one.feedback for one in said]),
        quiet_untils=arrays.dates([on + timedelta(days=one.quiet_days) for one in said]),
        actors=arrays.texts([one.actor for one in attributions]),
        on=on,
        at=at,
    )
    _stop_fees(db, attributions, on=on)
    _feed_back(db, attributions, at=at)


def _stop_fees(db: Connection, attributions: Sequence[Attribution], *, on: date) -> None:
    pauses = [
        FeePause(
            one.episode.customer_id,
            one.cause_id,
            one.episode.line_id,
            None,
            on,
            on + timedelta(days=days),
            "treatment",
            on,
        )
        for one in attributions
        if (days := rules.fee_free_days(treatments()[one.finding.cause], one.source))
    ]
    pause_fees(db, pauses)


def _feed_back(db: Connection, attributions: Sequence[Attribution], *, at: datetime) -> None:
    """Announce each cause that somebody is to learn from: care.limit-questioned asks for a look at a limit."""
    for feedback, topic in _TOPICS.items():
        these = [
            one for one in attributions if treatments()[one.finding.cause].feedback == feedback
        ]
        if these:
            outbox.append(
                db,
                topic,
                customer_ids=[one.episode.customer_id for one in these],
                subject_ids=[one.cause_id for one in these],
                at=at,
            )


_TOPICS = {
    "review_limit": "care.limit-questioned",
    "tell_models": "care.downturn-noticed",
    "tell_engineering": "care.debit-questioned",
}
