"""Faults of ours: nothing is decided, nothing is held against anybody, and the same request succeeds afterward."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life, problem_of
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Promise, Said, Story

DAY: Final = timedelta(days=1)


def meets_a_fault(life: Life) -> Generator[date]:
    """The database refuses connections, then the rule book is gone; her order is taken all the same."""
    life.joins(500_000)
    life.buys(20_000)
    yield life.today + DAY
    before = {table: len(life.exported(table)) for table in _TRACES}
    order = life.order(30_000)
    life.first_sign()
    with life.town.without_database():
        cut_off = life.town.shop.try_post("/purchases", order, key="festival-order")
    with life.town.without_checkout_book():
        lost = life.town.shop.try_post("/purchases", order, key="festival-order")
        seen = life.usability(30_000)
    for answer in (cut_off, lost):
        if answer.status != 503 or problem_of(answer) != "unavailable":
            raise StoryBroken(f"a fault was answered {answer.status}: {answer.body}")
    life.meets(Effect.UNAVAILABLE, [reason["code"] for reason in seen["reasons"]], life.today)
    life.row.worked.extend(seen["still_works"])
    after = {table: len(life.exported(table)) for table in _TRACES}
    if after != before:
        raise StoryBroken(f"a fault left traces: {before}, {after}")
    life.row.steps.append("the same order once more")
    taken = life.town.shop.try_post("/purchases", order, key="festival-order")
    if taken.status != 201 or taken.body["status"] != "authorized":
        raise StoryBroken(f"the same order was answered {taken.status}: {taken.body}")
    life.treated("repeated with the same key")
    life.row.back_on = life.today
    yield life.today + 2 * DAY
    if life.restrictions() or life.line()["restriction_level"]:
        raise StoryBroken("a fault of ours was held against her")


_TRACES: Final = ("money.purchase", "decisioning.decision", "risk.restriction", "care.notice")

STORIES: Final = (
    Story(
        key="fault",
        causes=(Cause.SYSTEM_FAULT,),
        name=Said("汪洋", "Wang Yang"),
        happens=Said(
            "大促高峰，数据库与规则库先后故障",
            "at the peak of a festival the database and the rule book fail",
        ),
        noticed=NoticedBy.SYSTEM,
        promise=Promise(
            codes=(ReasonCode.SYSTEM_FAULT,),
            effect=Effect.UNAVAILABLE,
            notice=None,
            treatment="repeated with the same key",
        ),
        play=meets_a_fault,
        begins_on_day=32,
    ),
)
