"""Limits that move: by news of a bureau, by a review, by the end of a promotion."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any, Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Promise, Said, Story, Within

DAY: Final = timedelta(days=1)
NOTICE: Final = Within(7, 8)
"""A cut is announced a week before it holds."""
CAMPAIGN_LIMIT: Final = 456_700
"""A fixed limit nobody else has, so that the campaign's segment is one person."""


def owes_elsewhere(life: Life) -> Generator[date]:
    """The bureau tells of arrears: the limit is cut below what he owes, and paying it down lets him buy."""
    life.joins(500_000)
    life.buys(450_000, is_verified=True)
    yield life.today + 3 * DAY
    life.first_sign(life.town.is_told(life.customer_id, "bureau", bureau_arrears_months=3))
    life.town.review_limit(life.line_id, by="Anna")
    yield from life.meets_cut()
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.LIMIT_EXCEEDED)
    life.what_works()
    yield from life.comes_back(20_000, is_verified=True)


def was_granted_too_much(life: Life) -> Generator[date]:
    """Her limit is twice what her income carries; she objects with her payslip, and a person cuts less."""
    life.joins(800_000)
    life.buys(30_000)
    yield life.today + 2 * DAY
    told = life.town.is_told(
        life.customer_id,
        "employer",
        income_monthly_minor=400_000,
        repayments_elsewhere_monthly_minor=240_000,
    )
    life.first_sign(told)
    life.town.review_limit(life.line_id, by="Anna")
    review = life.newest_review()
    objection = {"note": "工资单附上，其中一笔贷款下月还清。"}
    life.town.app.post(f"/limit-reviews/{review['review_id']}/objection", objection)
    life.town.bo.post(f"/limit-reviews/{review['review_id']}/approve", {"limit_minor": 700_000})
    life.treated("limit review by a person")
    life.row.steps.append("object")
    yield from life.meets_cut()
    life.what_works()
    life.buys_again(20_000)


def pays_minimums(life: Life) -> Generator[date]:
    """Half a year on a full line with minimum payments: a cut stops the debt from growing."""
    life.joins(300_000)
    life.buys(285_000, is_verified=True)
    life.first_sign()
    for _ in range(8):
        yield life.next_bill_on()
        yield life.due_on() - 3 * DAY
        before = life.line()["principal_minor"]
        life.pays(life.statements()[0]["minimum_minor"])
        freed = before - life.line()["principal_minor"]
        if freed > 1000:
            life.buys(freed - 1000, is_verified=True)
    life.first_sign()
    life.town.review_limit(life.line_id, by="Anna")
    yield from life.meets_cut()
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.LIMIT_EXCEEDED)
    life.what_works()
    yield from life.comes_back(20_000, is_verified=True)


def marries(life: Life) -> Generator[date]:
    """A wedding looks like trouble: a person asks, cuts at once, and another takes it back on seeing the invoices."""
    life.joins(500_000)
    yield life.today + 20 * DAY
    life.buys(40_000)
    yield from life.lives_paying(life.today + 100 * DAY)
    for amount in (139_900, 139_900):
        life.buys(amount, is_verified=True)
    yield life.today + 2 * DAY
    life.buys(129_900, is_verified=True)
    life.first_sign()
    yield life.today + DAY
    life.town.review_limit(life.line_id, by="Anna")
    review = life.newest_review()["review_id"]
    life.town.bo.post(f"/limit-reviews/{review}/approve", {"note": "four times the usual"})
    yield from life.meets_cut()
    life.must_be_refused(life.asks_to_buy(60_000), ReasonCode.LIMIT_EXCEEDED)
    life.what_works()
    life.town.app.post(f"/limit-reviews/{review}/objection", {"note": "是婚礼的费用，发票附上。"})
    yield life.today + DAY
    life.town.cai.post(f"/limit-reviews/{review}/reverse", {"note": "invoices of a wedding"})
    life.treated("limit restored")
    life.row.steps.append("object")
    life.buys_again(60_000, is_verified=True)


def never_uses_it(life: Life) -> Generator[date]:
    """A line unused for a year is cut; she is told, and buys within what is left the day it holds."""
    life.joins(400_000)
    yield life.today + 366 * DAY
    life.first_sign()
    life.town.review_limit(life.line_id, by="Anna")
    yield from life.meets_cut()
    life.treated("limit review")
    life.row.steps.append("smaller amount")
    life.buys_again(20_000)


def shops_at_618(life: Life) -> Generator[date]:
    """A temporary limit for a festival ends as announced; above the fixed one she pays down, then buys."""
    life.joins(CAMPAIGN_LIMIT)
    while life.today < date(2026, 6, 10):
        life.buys(20_000)
        yield life.next_bill_on()
        yield life.due_on() - 2 * DAY
        life.pays_what_is_due()
    campaign = life.town.anna.post(
        "/campaigns",
        {
            "name": "618",
            "segment": f"fixed_limit_minor = {CAMPAIGN_LIMIT}",
            "least_minor": 100_000,
            "most_minor": 100_000,
            "budget_minor": 100_000,
            "starts_on": (life.today + DAY).isoformat(),
            "ends_on": (life.today + 12 * DAY).isoformat(),
        },
    )
    life.town.bo.post(f"/campaigns/{campaign['campaign_id']}/approve")
    yield life.today + 2 * DAY
    if not life.line()["temporary_limit_minor"]:
        raise StoryBroken("the campaign granted her nothing")
    life.buys(460_000, is_verified=True)
    for _ in range(15):
        yield life.today + DAY
        if ending := [one for one in life.notices() if one.kind == "temporary_limit_ending"]:
            life.first_sign(ending[-1].on)
        if not life.line()["temporary_limit_minor"]:
            break
    told = life.told_last("temporary_limit_ending")
    life.meets(
        Effect.LIMIT_ENDED,
        told.codes if told else (),
        life.today,
        kinds=("temporary_limit_ending",),
    )
    life.must_be_refused(life.asks_to_buy(60_000), ReasonCode.LIMIT_EXCEEDED)
    life.what_works()
    yield from life.comes_back(60_000)


def _cut(codes: tuple[ReasonCode, ...], treatment: str, **days: Any) -> Promise:
    return Promise(
        codes=codes, effect=Effect.LIMIT_CUT, notice="limit_cut", treatment=treatment, **days
    )


STORIES: Final = (
    Story(
        key="owes-elsewhere",
        causes=(Cause.CREDIT_DECLINE,),
        name=Said("刘伟", "Liu Wei"),
        happens=Said(
            "生意周转不灵，车贷逾期三个月",
            "his business is short of cash, a car loan three months late",
        ),
        noticed=NoticedBy.BUREAU,
        promise=_cut(
            (ReasonCode.BUREAU_ARREARS,), "repayment", days_to=Within(7, 9), days_back=Within(0, 2)
        ),
        play=owes_elsewhere,
        begins_on_day=7,
    ),
    Story(
        key="over-granted",
        causes=(Cause.OVER_GRANTING,),
        name=Said("马丽", "Ma Li"),
        happens=Said("额度远超收入能承担的水平", "her limit is more than her income carries"),
        noticed=NoticedBy.STAFF,
        promise=_cut(
            (ReasonCode.HIGH_DEBT, ReasonCode.LIMIT_CAPACITY),
            "limit review by a person",
            days_to=Within(7, 9),
        ),
        play=was_granted_too_much,
        begins_on_day=8,
    ),
    Story(
        key="minimums-only",
        causes=(Cause.EXPOSURE,),
        name=Said("高翔", "Gao Xiang"),
        happens=Said(
            "额度用满，半年只还最低还款额", "a full line and half a year of minimum payments"
        ),
        noticed=NoticedBy.STAFF,
        promise=_cut(
            (ReasonCode.HIGH_UTILIZATION, ReasonCode.LIMIT_CAPACITY), "repayment", days_to=NOTICE
        ),
        play=pays_minimums,
        begins_on_day=9,
    ),
    Story(
        key="wedding",
        causes=(Cause.ODD_CONSUMPTION,),
        name=Said("林涛", "Lin Tao"),
        happens=Said(
            "筹备婚礼，消费突然增至四倍", "for a wedding he suddenly spends four times as much"
        ),
        noticed=NoticedBy.STAFF,
        promise=_cut(
            (ReasonCode.LIMIT_ODD_CONSUMPTION,),
            "limit restored",
            days_to=Within(0, 2),
            days_back=Within(0, 2),
        ),
        play=marries,
        begins_on_day=10,
    ),
    Story(
        key="never-used",
        causes=(Cause.PLATFORM_STRATEGY,),
        name=Said("秦淑芬", "Qin Shufen"),
        happens=Said("开通一年多从未使用", "she has never used the line in more than a year"),
        noticed=NoticedBy.STAFF,
        promise=_cut((ReasonCode.LIMIT_UNUSED,), "limit review", days_to=NOTICE),
        play=never_uses_it,
    ),
    Story(
        key="festival-over",
        causes=(Cause.PLATFORM_STRATEGY,),
        name=Said("郑爽", "Zheng Shuang"),
        happens=Said("618 临时额度到期", "the temporary limit of a shopping festival ends"),
        noticed=NoticedBy.SYSTEM,
        promise=Promise(
            codes=(ReasonCode.PROMOTION_ENDED,),
            effect=Effect.LIMIT_ENDED,
            notice="temporary_limit_ending",
            treatment="repayment",
            days_to=Within(2, 4),
        ),
        play=shops_at_618,
        begins_on_day=2,
    ),
)
