"""Doubt of who buys, and of why: each answered by showing who one is, or by people."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any, Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Promise, Said, Story, Within
from whiteslip.world.causes.stories.hands import (
    SUSPENDED,
    restricted_by_hand,
    stopped_and_heard,
)

DAY: Final = timedelta(days=1)
OWN: Final[dict[str, Any]] = {"device": "her-phone", "address": "her-home"}
STRANGE: Final[dict[str, Any]] = {"device": "another-phone", "address": "a-parcel-locker"}


def lives_as_usual(life: Life, times: int = 4, amount_minor: int = 10_000) -> Generator[date]:
    """Buy a few everyday things on as many days, from one's own phone to one's own door."""
    life.joins(1_000_000)
    for _ in range(times):
        life.buys(amount_minor, **OWN)
        yield life.today + DAY


def is_taken_over(life: Life) -> Generator[date]:
    """A stranger buys with her account; the staff suspends it, and a person lifts it on her face."""
    yield from lives_as_usual(life)
    life.first_sign()
    stolen = life.asks_to_buy(260_000, **STRANGE)
    if stolen["status"] != "referred" or stolen["needs"] != "verification":
        raise StoryBroken(f"the stranger was {stolen['status']}")
    found = restricted_by_hand(life, ReasonCode.TAKEOVER, level=SUSPENDED)
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.TAKEOVER)
    life.what_works(found)
    life.verifies()
    life.row.steps.append("verify")
    yield life.today + DAY
    life.is_decided(life.town.bo, "fraud", "dismiss")
    life.treated("manual review")
    yield from life.comes_back(20_000, is_verified=True, **OWN)


def is_in_a_ring(life: Life) -> Generator[date]:
    """His phone is one that twelve accounts share; the staff suspects a ring, and he is the innocent of it."""
    life.joins(500_000)
    life.buys(20_000)
    yield life.today + 5 * DAY
    life.first_sign()
    yield from stopped_and_heard(life, ReasonCode.FRAUD_RING, level=SUSPENDED)


def cashes_out(life: Life) -> Generator[date]:
    """The same shop until the line is full: a first appeal fails, a second with delivery notes does not."""
    life.joins(600_000)
    for _ in range(4):
        life.buys(88_000, is_verified=True)
    life.first_sign()
    asked = life.asks_to_buy(60_000, is_verified=True)
    if ReasonCode.CASH_OUT not in [reason["code"] for reason in asked["reasons"]]:
        raise StoryBroken(f"the fifth purchase was {asked}")
    found = restricted_by_hand(life, ReasonCode.CASH_OUT, level=SUSPENDED)
    life.what_works(found)
    first = life.appeals(found["restriction_id"], "都是给店里进的货。")
    yield life.today + DAY
    life.decides(life.town.bo, first, "upheld")
    yield life.today + 2 * DAY
    life.pays(300_000)
    for step in life.usability(20_000)["way_back"]["steps"]:
        life.row.steps.append(step["does"])
    second = life.appeals(found["restriction_id"], "进货单和店铺照片已准备好。")
    yield life.today + DAY
    life.decides(life.town.cai, second)
    life.treated("appeal")
    life.buys_again(20_000, is_verified=True)


def empties_a_new_line(life: Life) -> Generator[date]:
    """Nearly the whole line on the first day: the gap a burned identity would use is closed by a second factor."""
    life.joins(700_000)
    life.first_sign()
    life.meets_answer(life.asks_to_buy(668_800))
    yield from life.shows_who(668_800)


def spends_unlike_himself(life: Life) -> Generator[date]:
    """Fifteen times the usual: his own purchase, shown to be his in a minute."""
    yield from lives_as_usual(life)
    life.first_sign()
    life.meets_answer(life.asks_to_buy(150_000, **OWN))
    yield from life.shows_who(150_000, **OWN)


def shops_in_a_hurry(life: Life) -> Generator[date]:
    """Seven orders within the hour are a program's pace, or hers before a birthday."""
    life.joins(800_000)
    yield life.today + 5 * DAY
    life.first_sign()
    for _ in range(6):
        life.buys(12_000)
    life.meets_answer(life.asks_to_buy(12_000))
    yield from life.shows_who(12_000)


def starts_with_a_lot(life: Life) -> Generator[date]:
    """The first purchase takes most of the line; the staff doubts more, and the person's face and papers settle it."""
    life.joins(600_000)
    life.first_sign()
    life.asks_to_buy(590_000)
    yield from stopped_and_heard(life, ReasonCode.FRAUD_SUSPECTED, level=SUSPENDED)


def _asked(codes: tuple[ReasonCode, ...]) -> Promise:
    return Promise(
        codes=codes, effect=Effect.ASKED_TO_VERIFY, notice=None, treatment="verification"
    )


def _stopped(code: ReasonCode, treatment: str, *, most_back: int) -> Promise:
    return Promise(
        codes=(code,),
        effect=Effect.SUSPENDED,
        notice="suspended",
        treatment=treatment,
        days_back=Within(0, most_back),
    )


STORIES: Final = (
    Story(
        key="taken-over",
        causes=(Cause.FRAUD,),
        name=Said("徐静", "Xu Jing"),
        happens=Said(
            "账户被盗，陌生人用新设备下单", "a stranger orders with her account from a new phone"
        ),
        noticed=NoticedBy.RULE,
        promise=_stopped(ReasonCode.TAKEOVER, "manual review", most_back=3),
        play=is_taken_over,
        begins_on_day=11,
    ),
    Story(
        key="ring",
        causes=(Cause.FRAUD,),
        name=Said("孙浩", "Sun Hao"),
        happens=Said("二手手机曾被团伙使用", "his second-hand phone was used by a ring"),
        noticed=NoticedBy.STAFF,
        promise=_stopped(ReasonCode.FRAUD_RING, "appeal", most_back=3),
        play=is_in_a_ring,
        begins_on_day=12,
    ),
    Story(
        key="cash-out",
        causes=(Cause.FRAUD,),
        name=Said("罗成", "Luo Cheng"),
        happens=Said("一天内在同一家店反复下单", "order upon order at one shop in a day"),
        noticed=NoticedBy.RULE,
        promise=_stopped(ReasonCode.CASH_OUT, "appeal", most_back=6),
        play=cashes_out,
        begins_on_day=13,
    ),
    Story(
        key="first-day",
        causes=(Cause.LOOPHOLE,),
        name=Said("朱军", "Zhu Jun"),
        happens=Said("新开通当天就要用完额度", "a new line is to be used up on its first day"),
        noticed=NoticedBy.RULE,
        promise=_asked((ReasonCode.FRAUD_SUSPECTED, ReasonCode.CASH_OUT)),
        play=empties_a_new_line,
        begins_on_day=14,
    ),
    Story(
        key="doubted",
        causes=(Cause.FRAUD, Cause.LOOPHOLE),
        name=Said("宋佳", "Song Jia"),
        happens=Said(
            "首笔消费几乎用满额度，员工起疑",
            "the first purchase takes nearly all, and the staff doubts",
        ),
        noticed=NoticedBy.STAFF,
        promise=_stopped(ReasonCode.FRAUD_SUSPECTED, "appeal", most_back=3),
        play=starts_with_a_lot,
        begins_on_day=15,
    ),
    Story(
        key="unlike-himself",
        causes=(Cause.ODD_CONSUMPTION,),
        name=Said("胡敏", "Hu Min"),
        happens=Said(
            "买了一件比平时贵十五倍的东西", "he buys something fifteen times as dear as usual"
        ),
        noticed=NoticedBy.RULE,
        promise=_asked((ReasonCode.UNLIKE_HISTORY,)),
        play=spends_unlike_himself,
        begins_on_day=16,
    ),
    Story(
        key="hurry",
        causes=(Cause.ODD_CONSUMPTION,),
        name=Said("唐雪", "Tang Xue"),
        happens=Said("一小时内下了七单", "seven orders within an hour"),
        noticed=NoticedBy.RULE,
        promise=_asked((ReasonCode.BURST,)),
        play=shops_in_a_hurry,
        begins_on_day=17,
    ),
)
