"""Dues that are missed: forgotten, not earned, helped too little, again and again."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import (
    Cause,
    Effect,
    NoticedBy,
    Promise,
    Said,
    Story,
    Within,
)
from whiteslip.world.causes.stories.hands import large

DAY: Final = timedelta(days=1)
CHECKS_DAYS: Final = 15
"""From a missed due until the watch book restricts; it suspends after twice as long."""


def misses_a_due(life: Life, amount_minor: int) -> Generator[date]:
    """Buy, be billed, and miss the due: the first sign is the day it was due."""
    life.joins(800_000, statement_day=min(28, (life.today + 4 * DAY).day))
    life.buys(amount_minor, is_verified=True)
    yield life.next_bill_on()
    life.first_sign(life.due_on())
    yield life.due_on() + DAY


def forgets(life: Life) -> Generator[date]:
    """She forgets a due; two weeks later the line is restricted, and paying restores it the same day."""
    yield from misses_a_due(life, 60_000)
    yield life.due_on() + CHECKS_DAYS * DAY
    found = life.meets_restriction(ReasonCode.OVERDUE)
    life.what_works(found)
    yield from life.comes_back(large(life), is_verified=True)


def waits_for_the_season(life: Life) -> Generator[date]:
    """A guide earns in summer; restricted in February he says so, and pays small parts until the season comes."""
    yield from misses_a_due(life, 90_000)
    yield life.due_on() + CHECKS_DAYS * DAY
    found = life.meets_restriction(ReasonCode.OVERDUE)
    life.what_works(found)
    yield life.today + 3 * DAY
    life.says_why("seasonal_income", "淡季没有订单，旺季从五月开始。")
    life.asks_relief(form="seasonal", parts=6, small_months=[2, 3, 4])
    yield life.today + 2 * DAY
    while life.was_reviewed_today():
        yield life.today + DAY
    life.is_spared_a_cut()
    yield from life.keeps_relief(buying=large(life))


def loses_the_job(life: Life) -> Generator[date]:
    """The factory closed; she is suspended after a month, and two of the staff agree to six parts."""
    yield from misses_a_due(life, 540_000)
    yield life.due_on() + 2 * CHECKS_DAYS * DAY
    found = life.meets_restriction(ReasonCode.OVERDUE)
    life.what_works(found)
    kept = life.says_why("income_shock", "工厂停工，下个月才找到新工作。")
    relief = kept["offered_relief_id"] or life.reliefs()[0]["relief_id"]
    life.town.app.post(f"/reliefs/{relief}/counter", {"form": "installments", "parts": 10})
    offer = {"form": "installments", "parts": 6}
    life.town.anna.post(f"/lines/{life.line_id}/reliefs/offer", offer)
    life.town.app.post(f"/reliefs/{relief}/accept")
    life.town.bo.post(f"/reliefs/{relief}/approve")
    life.treated("relief: installments")
    life.row.steps.append("agree on relief")
    yield from life.keeps_relief(buying=100_000)


def suffers_the_downturn(life: Life) -> Generator[date]:
    """His restaurant is empty; he says so before two weeks are over and the due is put off."""
    yield from misses_a_due(life, 80_000)
    due_on = life.due_on()
    yield due_on + CHECKS_DAYS * DAY
    found = life.meets_restriction(ReasonCode.OVERDUE)
    life.what_works(found)
    life.says_why("downturn", "整条街客流减半，附近的店都一样。")
    life.asks_relief(form="deferral", due_on=due_on.isoformat(), days=25)
    yield from life.keeps_relief(buying=large(life))


def breaks_the_plan(life: Life) -> Generator[date]:
    """He agrees to parts he cannot keep, the plan breaks, and a colleague makes one that fits."""
    yield from misses_a_due(life, 90_000)
    yield life.today + 2 * DAY
    life.asks_relief(form="installments", parts=3)
    first = date.fromisoformat(life.reliefs()[0]["dues"][0]["due_on"])
    life.first_sign(first)
    yield first + 4 * DAY
    if "relief_broken" not in [one.kind for one in life.notices()]:
        raise StoryBroken("nobody told him that the plan is broken")
    found = life.meets_restriction(ReasonCode.PLAN_BROKEN)
    life.what_works(found)
    relief = life.town.anna.post(
        f"/lines/{life.line_id}/reliefs/offer", {"form": "installments", "parts": 6}
    )
    life.town.app.post(f"/reliefs/{relief['relief_id']}/accept")
    life.treated("relief: renegotiated")
    life.row.steps.append("agree on relief")
    yield from life.comes_back(large(life), is_verified=True)


def is_late_again(life: Life) -> Generator[date]:
    """He pays, but late each time: after six weeks in all the line is restricted until a year has passed."""
    life.joins(800_000, statement_day=5)
    life.buys(50_000, is_verified=True)
    yield life.next_bill_on()
    life.first_sign(life.due_on())
    for _ in range(12):
        yield life.due_on() + 14 * DAY
        if life.standing(ReasonCode.REPEATEDLY_LATE, least_level=3):
            break
        yield from life.pays_and_buys(50_000)
    found = life.meets_restriction(ReasonCode.REPEATEDLY_LATE)
    life.what_works(found)
    yield from life.comes_back(large(life), is_verified=True)


def loses_the_card(life: Life) -> Generator[date]:
    """Her bank card was replaced, and the bank refuses every debit until she pays by another."""
    life.joins(500_000)
    life.buys(40_000)
    yield life.next_bill_on()
    due_on = life.due_on()
    yield due_on
    life.first_sign()
    for number in range(3):
        if number:
            yield life.today + DAY
        life.debit_is_refused(due_on, 40_000, f"debit-{number}")
    life.town.wait_until(
        lambda: life.standing(ReasonCode.FAILED_DEBITS) is not None, "the third refusal is seen"
    )
    found = life.meets_restriction(ReasonCode.FAILED_DEBITS)
    life.what_works(found)
    life.pays_what_is_due()
    life.treated("repayment")
    yield from life.comes_back(large(life), is_verified=True)


STORIES: Final = (
    Story(
        key="forgot",
        causes=(Cause.OVERDUE,),
        name=Said("李娜", "Li Na"),
        happens=Said("出差时忘了还款日", "away on a trip, she forgets a due date"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.OVERDUE,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="repayment",
            days_to=Within(15, 16),
        ),
        play=forgets,
    ),
    Story(
        key="season",
        causes=(Cause.FINANCES,),
        name=Said("张明", "Zhang Ming"),
        happens=Said("自由职业，淡季没有收入", "a freelancer without income between seasons"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.OVERDUE,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="relief: seasonal",
            days_to=Within(15, 16),
            days_back=Within(0, 240),
        ),
        play=waits_for_the_season,
        begins_on_day=1,
    ),
    Story(
        key="job-lost",
        causes=(Cause.ABILITY,),
        name=Said("王海燕", "Wang Haiyan"),
        happens=Said("工厂停工，失去收入", "the factory closed and her income is gone"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.OVERDUE,),
            effect=Effect.SUSPENDED,
            notice="suspended",
            treatment="relief: installments",
            days_to=Within(30, 31),
            days_back=Within(0, 240),
        ),
        play=loses_the_job,
        begins_on_day=2,
    ),
    Story(
        key="downturn",
        causes=(Cause.DOWNTURN,),
        name=Said("何建国", "He Jianguo"),
        happens=Said(
            "经济下行，餐馆客流减半", "in the downturn his restaurant loses half its guests"
        ),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.OVERDUE,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="relief: deferral",
            days_to=Within(15, 16),
            days_back=Within(0, 45),
        ),
        play=suffers_the_downturn,
        begins_on_day=3,
    ),
    Story(
        key="plan-broken",
        causes=(Cause.LACK_OF_SUPPORT,),
        name=Said("赵刚", "Zhao Gang"),
        happens=Said("协商的分期太紧，没能按期还", "the plan he was given did not fit, and broke"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.PLAN_BROKEN,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="relief: renegotiated",
            days_to=Within(3, 5),
            days_back=Within(0, 240),
        ),
        play=breaks_the_plan,
        begins_on_day=4,
    ),
    Story(
        key="late-again",
        causes=(Cause.OVERDUE, Cause.LACK_OF_SUPPORT),
        name=Said("周磊", "Zhou Lei"),
        happens=Said("每期都还，但每期都晚", "he pays every bill, and every bill late"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.REPEATEDLY_LATE,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="repayment",
            days_to=Within(40, 200),
            days_back=Within(1, 366),
        ),
        play=is_late_again,
        begins_on_day=0,
    ),
    Story(
        key="debits-failed",
        causes=(Cause.FINANCES,),
        name=Said("陈静", "Chen Jing"),
        happens=Said("换卡后自动扣款连续失败", "her card was replaced and the debits fail"),
        noticed=NoticedBy.BANK,
        promise=Promise(
            codes=(ReasonCode.FAILED_DEBITS,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="repayment",
            days_to=Within(2, 4),
            days_back=Within(0, 32),
        ),
        play=loses_the_card,
        begins_on_day=6,
    ),
)
