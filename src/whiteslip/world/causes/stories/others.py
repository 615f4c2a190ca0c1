"""What others decide: a policy, a model, a partner, a regulator, a court; told, and heard by people."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from functools import partial
from typing import Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Promise, Said, Story, Within
from whiteslip.world.causes.stories.hands import RESTRICTED, stopped_and_heard, stopped_until_over

DAY: Final = timedelta(days=1)
VALVE_LIMIT: Final = 543_200
"""Nobody else in the stories has it, so the valve is for this person alone."""


def is_stopped(life: Life, code: ReasonCode) -> Generator[date]:
    """Use a line as everybody does, be restricted for a reason of others, and be heard."""
    life.joins(500_000)
    life.buys(20_000)
    yield life.today + 3 * DAY
    life.first_sign()
    yield from stopped_and_heard(life, code, level=RESTRICTED)


def waits_for_others(life: Life, code: ReasonCode, days: int, treatment: str) -> Generator[date]:
    """Use a line as everybody does, and be suspended until others have done their part."""
    life.joins(500_000)
    life.buys(20_000)
    yield life.today + 3 * DAY
    life.first_sign()
    yield from stopped_until_over(life, code, days=days, treatment=treatment)


def meets_the_valve(life: Life) -> Generator[date]:
    """Use a line as everybody does, until cash runs short and nothing new is bought on lines as large as this one."""
    life.joins(VALVE_LIMIT)
    life.buys(20_000)
    yield life.today + 3 * DAY
    life.first_sign()
    note = "cash runs short"
    asked = {"stage": "stopped", "segment": f"limit = {VALVE_LIMIT}", "note": note}
    valve = life.town.anna.post("/valves", asked)["valve"]
    for person in (life.town.anna, life.town.bo):
        person.post(f"/valves/{valve}/release", {"note": note})
    life.meets_answer(life.asks_to_buy(30_000))
    life.what_works()
    yield life.today + 5 * DAY
    life.must_be_refused(life.asks_to_buy(30_000), ReasonCode.PURCHASES_LIMITED)
    for person in (life.town.bo, life.town.cai):
        person.post(f"/valves/{valve}/end", {"note": "the bank has lent again"})
    life.treated("ended by two people")
    life.buys_again(30_000)


def _restricted(
    key: str, cause: Cause, name: Said, happens: Said, *, code: ReasonCode, day: int
) -> Story:
    return Story(
        key=key,
        causes=(cause,),
        name=name,
        happens=happens,
        noticed=NoticedBy.STAFF,
        promise=Promise(
            codes=(code,),
            effect=Effect.RESTRICTED,
            notice="restricted",
            treatment="appeal",
            days_back=Within(0, 3),
        ),
        play=partial(is_stopped, code=code),
        begins_on_day=day,
    )


def _suspended(
    key: str,
    cause: Cause,
    name: Said,
    happens: Said,
    *,
    code: ReasonCode,
    days: int,
    treatment: str,
    day: int,
) -> Story:
    return Story(
        key=key,
        causes=(cause,),
        name=name,
        happens=happens,
        noticed=NoticedBy.STAFF,
        promise=Promise(
            codes=(code,),
            effect=Effect.SUSPENDED,
            notice="suspended",
            treatment=treatment,
            days_back=Within(days, days + 1),
        ),
        play=partial(waits_for_others, code=code, days=days, treatment=treatment),
        begins_on_day=day,
    )


STORIES: Final = (
    _restricted(
        "tightened",
        Cause.POLICY_TIGHTENING,
        Said("彭飞", "Peng Fei"),
        Said("风控策略收紧，新增消费受限", "the policy is tightened for a segment he is in"),
        code=ReasonCode.SEGMENT,
        day=26,
    ),
    _restricted(
        "bad-times",
        Cause.MACRO,
        Said("崔岩", "Cui Yan"),
        Said(
            "宏观经济转弱，所在行业收紧授信",
            "the economy weakens, and credit to her trade is tightened",
        ),
        code=ReasonCode.SEGMENT,
        day=27,
    ),
    _restricted(
        "new-model",
        Cause.MODEL_UPDATE,
        Said("邱晨", "Qiu Chen"),
        Said("评估模型更新后评分变化", "a new model scores him otherwise"),
        code=ReasonCode.DEFAULT_LIKELY,
        day=28,
    ),
    _suspended(
        "partner",
        Cause.PLATFORM_STRATEGY,
        Said("白露", "Bai Lu"),
        Said("合作出资方退出", "the partner who funded the line withdraws"),
        code=ReasonCode.PARTNER_WITHDREW,
        days=20,
        treatment="a new partner",
        day=29,
    ),
    _suspended(
        "new-rule",
        Cause.REGULATION,
        Said("任杰", "Ren Jie"),
        Said("监管要求补充身份与用途信息", "a new rule asks for more than is on file"),
        code=ReasonCode.REGULATION,
        days=10,
        treatment="documents supplied",
        day=30,
    ),
    _suspended(
        "court",
        Cause.FURTHER,
        Said("石磊", "Shi Lei"),
        Said("法院要求协助冻结", "a court orders a freeze"),
        code=ReasonCode.LEGAL_ORDER,
        days=45,
        treatment="released by the court",
        day=31,
    ),
    Story(
        key="valve",
        causes=(Cause.PLATFORM_STRATEGY,),
        name=Said("叶舟", "Ye Zhou"),
        happens=Said(
            "平台资金紧张，暂缓新消费", "the lender's cash runs short, and new purchases wait"
        ),
        noticed=NoticedBy.STAFF,
        promise=Promise(
            codes=(ReasonCode.PURCHASES_LIMITED,),
            effect=Effect.REFUSED,
            notice=None,
            treatment="ended by two people",
            days_back=Within(5, 5),
        ),
        play=meets_the_valve,
        begins_on_day=33,
    ),
)
