"""What a story is, what it promises, and the row that its records give."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from whiteslip.kernel.reason import ReasonCode

Play: TypeAlias = "Callable[[Any], Generator[date]]"
"""Lives a story as its person, a `Life`, and yields the day on which it goes on."""


class Said(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


class Cause(StrEnum):
    """A cause as the documents behind the requirements name it; `further`: only the catalog of reasons knows it."""

    CREDIT_DECLINE = "credit_decline"
    POLICY_TIGHTENING = "policy_tightening"
    SYSTEM_FAULT = "system_fault"
    REGULATION = "regulation"
    ABILITY = "ability"
    MODEL_GAP = "model_gap"
    LACK_OF_SUPPORT = "lack_of_support"
    FINANCES = "finances"
    OVER_GRANTING = "over_granting"
    LOOPHOLE = "loophole"
    OVER_SPENDING = "over_spending"
    DOWNTURN = "downturn"
    OVERDUE = "overdue"
    EXPOSURE = "exposure"
    FRAUD = "fraud"
    MODEL_UPDATE = "model_update"
    ODD_CONSUMPTION = "odd_consumption"
    MACRO = "macro"
    PLATFORM_STRATEGY = "platform_strategy"
    FURTHER = "further"


CAUSES: Final[Mapping[Cause, tuple[str, Said]]] = MappingProxyType(
    {
        Cause.CREDIT_DECLINE: ("000", Said("信用状况下降", "credit decline")),
        Cause.POLICY_TIGHTENING: ("000", Said("风控策略调整", "policy tightening")),
        Cause.SYSTEM_FAULT: ("000", Said("系统与技术问题", "system fault")),
        Cause.REGULATION: ("000", Said("政策法规变化", "regulation")),
        Cause.ABILITY: ("001", Said("还款能力不足", "ability to repay")),
        Cause.MODEL_GAP: ("001", Said("风控模型未覆盖", "risk model gap")),
        Cause.LACK_OF_SUPPORT: ("001", Said("缺乏还款支持", "lack of support")),
        Cause.FINANCES: ("002", Said("个人财务问题", "personal finances")),
        Cause.OVER_GRANTING: ("002", Said("过度授信", "over-granting")),
        Cause.LOOPHOLE: ("002", Said("审核漏洞", "loophole in checks")),
        Cause.OVER_SPENDING: ("002", Said("非理性消费", "over-spending")),
        Cause.DOWNTURN: ("002", Said("经济下行", "downturn")),
        Cause.OVERDUE: ("003", Said("逾期风险", "overdue")),
        Cause.EXPOSURE: ("003", Said("信用风险暴露", "exposure of credit risk")),
        Cause.FRAUD: ("003", Said("欺诈行为", "fraud")),
        Cause.MODEL_UPDATE: ("004", Said("评估模型调整", "model update")),
        Cause.ODD_CONSUMPTION: ("004", Said("消费行为异常", "odd consumption")),
        Cause.MACRO: ("004", Said("宏观经济环境", "macro environment")),
        Cause.PLATFORM_STRATEGY: ("004", Said("平台运营策略", "platform strategy")),
        Cause.FURTHER: ("–", Said("其他", "further")),
    }
)
"""In which of the five documents a cause is named, and its name.

000 cannot be used, 001 negative, 002 failure to repay, 003 suspended, 004 limit cut.
"""


class NoticedBy(StrEnum):
    """Who noticed first."""

    RULE = "rule"
    EVENT = "event"
    STAFF = "staff"
    CUSTOMER = "customer"
    BANK = "bank"
    BUREAU = "bureau"
    SYSTEM = "system"


NOTICED: Final[Mapping[NoticedBy, Said]] = MappingProxyType(
    {
        NoticedBy.RULE: Said("规则", "rule"),
        NoticedBy.EVENT: Said("事件", "event"),
        NoticedBy.STAFF: Said("员工", "staff"),
        NoticedBy.CUSTOMER: Said("本人", "customer"),
        NoticedBy.BANK: Said("银行", "bank"),
        NoticedBy.BUREAU: Said("征信机构", "bureau"),
        NoticedBy.SYSTEM: Said("系统", "system"),
    }
)


class Effect(StrEnum):
    """What the person met."""

    WARNED = "warned"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    ASKED_TO_VERIFY = "asked_to_verify"
    LEFT_FOR_REVIEW = "left_for_review"
    REFUSED = "refused"
    LIMIT_CUT = "limit_cut"
    LIMIT_ENDED = "limit_ended"
    APPLICATION_DECLINED = "application_declined"
    APPLICATION_REFERRED = "application_referred"
    UNAVAILABLE = "unavailable"


EFFECTS: Final[Mapping[Effect, Said]] = MappingProxyType(
    {
        Effect.WARNED: Said("提醒", "warned"),
        Effect.RESTRICTED: Said("受限", "restricted"),
        Effect.SUSPENDED: Said("暂停使用", "suspended"),
        Effect.CLOSED: Said("关闭", "closed"),
        Effect.ASKED_TO_VERIFY: Said("需验证身份", "asked to verify"),
        Effect.LEFT_FOR_REVIEW: Said("等待人工复核", "left for review"),
        Effect.REFUSED: Said("该笔被拒", "purchase refused"),
        Effect.LIMIT_CUT: Said("降额", "limit cut"),
        Effect.LIMIT_ENDED: Said("临时额度到期", "temporary limit ended"),
        Effect.APPLICATION_DECLINED: Said("申请未通过", "application declined"),
        Effect.APPLICATION_REFERRED: Said("申请转人工", "application referred"),
        Effect.UNAVAILABLE: Said("系统不可用", "unavailable"),
    }
)


class Within(NamedTuple):
    """Days at least and at most."""

    least: int
    most: int


AT_ONCE: Final = Within(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the platform must do in a story; a row that keeps less is a fault.

    `notice` is the kind that must have been told with the reasons, None where the answer itself tells them and takes
    nothing away for longer. `days_back` is None where there is no way back, for good.
    """

    codes: tuple[ReasonCode, ...]
    effect: Effect
    notice: str | None
    treatment: str
    days_to: Within = AT_ONCE
    days_back: Within | None = AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One person, what happens to them, and what must follow; `begins_on_day` staggers the stories of one world."""

    key: str
    causes: tuple[Cause, ...]
    name: Said
    happens: Said
    noticed: NoticedBy
    promise: Promise
    play: Play
    begins_on_day: int = 0


class Told(NamedTuple):
    """A notice as its person reads it."""

    kind: str
    on: date
    codes: tuple[str, ...]
    text_zh: str
    text_en: str


@dataclass(slots=True, kw_only=True)
class Row:
    """What became of a story, from the platform's records; `faults` say what it did not keep."""

    story: Story
    sign_on: date | None = None
    since_on: date | None = None
    back_on: date | None = None
    effect: Effect | None = None
    codes: tuple[str, ...] = ()
    seen: set[str] = field(default_factory=set[str])
    notice: Told | None = None
    treatments: list[str] = field(default_factory=list[str])
    worked: list[str] = field(default_factory=list[str])
    steps: list[str] = field(default_factory=list[str])
    faults: list[str] = field(default_factory=list[str])

    @property
    def days_to(self) -> int | None:
        """Days from the first sign until it was in force."""
        return _days(self.sign_on, self.since_on)

    @property
    def days_back(self) -> int | None:
        """Days from then until a purchase succeeded again."""
        return _days(self.since_on, self.back_on)

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain values, for machines and for pages."""
        story = self.story
        return {
            "story": story.key,
            "causes": [cause.value for cause in story.causes],
            "documents": [CAUSES[cause][0] for cause in story.causes],
            "name": story.name._asdict(),
            "happens": story.happens._asdict(),
            "noticed_by": story.noticed.value,
            "effect": None if self.effect is None else self.effect.value,
            "codes": list(self.codes),
            "seen_codes": sorted(self.seen),
            "notice": None if self.notice is None else self.notice.kind,
            "notice_zh": "" if self.notice is None else self.notice.text_zh,
            "notice_en": "" if self.notice is None else self.notice.text_en,
            "treatments": list(self.treatments),
            "worked_meanwhile": list(self.worked),
            "way_back": list(self.steps),
            "sign_on": _text(self.sign_on),
            "since_on": _text(self.since_on),
            "back_on": _text(self.back_on),
            "days_to": self.days_to,
            "days_back": self.days_back,
            "faults": list(self.faults),
        }


def judge(row: Row) -> list[str]:
    """Hold a row against what its story promises; returns what is not kept."""
    promise = row.story.promise
    faults: list[str] = []
    if missing := [code for code in promise.codes if code not in row.codes]:
        faults.append(
            f"not told of {', '.join(missing)}, but of {', '.join(row.codes) or 'nothing'}"
        )
    if row.effect is not promise.effect:
        faults.append(f"{promise.effect} was promised, {row.effect or 'nothing'} came")
    faults += _of_notice(row, promise)
    if promise.treatment not in row.treatments:
        faults.append(f"no treatment {promise.treatment!r}")
    faults += _outside("until in force", row.days_to, promise.days_to)
    if promise.days_back is not None:
        faults += _outside("until a purchase again", row.days_back, promise.days_back)
    elif row.back_on is not None:
        faults.append("back, where there is no way back")
    return faults


def _of_notice(row: Row, promise: Promise) -> list[str]:
    if promise.notice is None:
        return []
    if row.notice is None:
        return [f"no notice of kind {promise.notice}"]
    faults: list[str] = []
    if row.notice.kind != promise.notice:
        faults.append(f"a notice of kind {row.notice.kind}, not {promise.notice}")
    if row.since_on is not None and row.notice.on > row.since_on:
        faults.append(f"told on {row.notice.on}, in force since {row.since_on}")
    return faults


def _outside(what: str, days: int | None, within: Within) -> list[str]:
    if days is None:
        return [f"never {what}"]
    if within.least <= days <= within.most:
        return []
    return [f"{days} days {what}, promised {within.least} to {within.most}"]


def _days(first: date | None, last: date | None) -> int | None:
    return None if first is None or last is None else (last - first).days


def _text(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
