"""What others decide: a policy, a model, a partner, a regulator, a court; told, and heard by people."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from functools import partial
from typing import Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Play, Promise, Said, Story, Within
from whiteslip.world.causes.stories.hands import RESTRICTED, SUSPENDED, stopped_and_heard

DAY: Final = timedelta(days=1)


def is_stopped(life: Life, code: ReasonCode, level: int) -> Generator[date]:
    """Use a line as everybody does, be stopped for a reason of others, and be heard."""
    life.joins(500_000)
    life.buys(20_000)
    yield life.today + 3 * DAY
    life.first_sign()
    yield from stopped_and_heard(life, code, level=level)


def _play(code: ReasonCode, level: int) -> Play:
    return partial(is_stopped, code=code, level=level)


def _promise(code: ReasonCode, level: int) -> Promise:
    is_suspended = level == SUSPENDED
    return Promise(
        codes=(code,),
        effect=Effect.SUSPENDED if is_suspended else Effect.RESTRICTED,
        notice="suspended" if is_suspended else "restricted",
        treatment="appeal",
        days_back=Within(0, 3),
    )


def _told(
    key: str,
    cause: Cause,
    name: Said,
    happens: Said,
    code: ReasonCode,
    level: int,
    day: int,
) -> Story:
    return Story(
        key=key,
        causes=(cause,),
        name=name,
        happens=happens,
        noticed=NoticedBy.STAFF,
        promise=_promise(code, level),
        play=_play(code, level),
        begins_on_day=day,
    )


STORIES: Final = (
    _told(
        "tightened",
        Cause.POLICY_TIGHTENING,
        Said("彭飞", "Peng Fei"),
        Said("风控策略收紧，新增消费受限", "the policy is tightened for a segment he is in"),
        ReasonCode.SEGMENT,
        RESTRICTED,
        26,
    ),
    _told(
        "bad-times",
        Cause.MACRO,
        Said("崔岩", "Cui Yan"),
        Said("宏观经济转弱，所在行业收紧授信", "the economy weakens, and credit to her trade is tightened"),
        ReasonCode.SEGMENT,
        RESTRICTED,
        27,
    ),
    _told(
        "new-model",
        Cause.MODEL_UPDATE,
        Said("邱晨", "Qiu Chen"),
        Said("评估模型更新后评分变化", "a new model scores him otherwise"),
        ReasonCode.DEFAULT_LIKELY,
        RESTRICTED,
        28,
    ),
    _told(
        "partner",
        Cause.PLATFORM_STRATEGY,
        Said("白露", "Bai Lu"),
        Said("合作出资方退出", "the partner who funded the line withdraws"),
        ReasonCode.PARTNER_WITHDREW,
        SUSPENDED,
        29,
    ),
    _told(
        "new-rule",
        Cause.REGULATION,
        Said("任杰", "Ren Jie"),
        Said("监管要求补充身份与用途信息", "a new rule asks for more than is on file"),
        ReasonCode.REGULATION,
        SUSPENDED,
        30,
    ),
    _told(
        "court",
        Cause.FURTHER,
        Said("石磊", "Shi Lei"),
        Said("法院要求协助冻结", "a court orders a freeze"),
        ReasonCode.LEGAL_ORDER,
        SUSPENDED,
        31,
    ),
)
