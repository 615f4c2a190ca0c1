"""The table of the stories in words: what was its cause, what happened, and how many days it took there and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.model import CAUSES, EFFECTS, NOTICED, Row, Said

Language = Literal["zh", "en"]

HEAD: Final = (
    Said("原因", "cause"),
    Said("谁", "who"),
    Said("发生了什么", "what happened"),
    Said("谁先发现", "who noticed"),
    Said("原因码", "reasons"),
    Said("结果", "what came"),
    Said("通知", "notice"),
    Said("处理", "treatment"),
    Said("恢复办法", "way back"),
    Said("几天后生效", "days to restriction"),
    Said("几天后恢复", "days back"),
)
NEVER: Final = Said("不再恢复", "for good")
NONE: Final = "–"

_WORDS: Final = MappingProxyType(
    {
        "repayment": "还款",
        "verification": "验证身份",
        "appeal": "申诉",
        "appeal heard": "申诉经人工复核",
        "manual review": "人工复核",
        "limit review": "额度评估",
        "limit review by a person": "人工评估额度",
        "limit restored": "恢复原额度",
        "applied again": "重新申请",
        "smaller promise": "较小的授信",
        "own cap": "自设上限",
        "self-test: comfortable": "自测：宽裕",
        "self-test: tight": "自测：偏紧",
        "self-test: too_much": "自测：超出能力",
        "unlocked by its owner": "本人解锁",
        "consent given again": "重新同意",
        "closed by two people": "两人审批关闭",
        "ended by two people": "两人审批结束",
        "repeated with the same key": "原样重试",
        "a new partner": "找到新的合作方",
        "documents supplied": "补充材料",
        "released by the court": "法院解除",
        "relief: seasonal": "协商还款：淡旺季",
        "relief: installments": "协商还款：分期",
        "relief: deferral": "协商还款：延期",
        "relief: renegotiated": "重新协商还款",
        "pay": "还款",
        "wait until": "等到",
        "verify": "验证身份",
        "unlock": "解锁",
        "consent": "重新授权",
        "ask": "申请人工处理",
        "smaller amount": "较小的金额",
        "apply again": "重新申请",
        "show papers": "出示材料",
        "agree on relief": "协商还款",
        "object": "提出异议",
        "a shorter plan, a smaller amount": "更短的分期、较小的金额",
        "the same order once more": "同一订单再提交一次",
        "lifted by staff": "员工解除",
        "warned": "提醒",
        "restricted": "受到限制",
        "suspended": "暂停使用",
        "limit_cut": "额度下调",
        "temporary_limit_ending": "临时额度即将到期",
        "application_declined": "申请未通过",
        "application_referred": "申请转人工",
    }
)
"""What rows say in words of their own, in Chinese; words that are not here are shown as they are."""


class Cells(NamedTuple):
    """A row as texts in one language, in the order of `HEAD`."""

    cause: str
    who: str
    happened: str
    noticed: str
    reasons: str
    came: str
    notice: str
    treatment: str
    way_back: str
    days_to: str
    days_back: str


def head(language: Language) -> list[str]:
    """Name the columns."""
    return [_in(language, said) for said in HEAD]


def cells(row: Row, language: Language) -> Cells:
    """Say a row."""
    story = row.story
    causes = [f"{CAUSES[cause][0]} {_in(language, CAUSES[cause][1])}" for cause in story.causes]
    names = f"{story.name.zh} ({story.name.en})"
    back = NONE if row.days_back is None else str(row.days_back)
    if story.promise.days_back is None and row.back_on is None:
        back = _in(language, NEVER)
    return Cells(
        "; ".join(causes),
        names,
        _in(language, story.happens),
        _in(language, NOTICED[story.noticed]),
        ", ".join(row.codes) or NONE,
        NONE if row.effect is None else _in(language, EFFECTS[row.effect]),
        NONE if row.notice is None else _word(row.notice.kind, language),
        _list(row.treatments, language),
        _list(row.steps, language),
        NONE if row.days_to is None else str(row.days_to),
        back,
    )


def markdown(rows: Iterable[Row], language: Language) -> str:
    """Write the table for a page of the documentation."""
    columns = head(language)
    lines = [columns, ["---"] * len(columns)]
    lines += [list(cells(row, language)) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def missing_codes(rows: Iterable[Row]) -> list[str]:
    """Name the reasons of the catalog that no story reached."""
    seen = {code for row in rows for code in row.seen}
    return [code.value for code in ReasonCode if code.value not in seen]


def _list(words: Sequence[str], language: Language) -> str:
    return "; ".join(_word(word, language) for word in dict.fromkeys(words)) or NONE


def _word(word: str, language: Language) -> str:
    """Say a word or a step; an amount or a day after it stays."""
    if language == "en":
        return word.replace("_", " ")
    for known in (word, *_beginnings(word)):
        if known in _WORDS:
            return f"{_WORDS[known]}{word[len(known) :]}"
    return word


def _beginnings(word: str) -> Iterable[str]:
    parts = word.split(" ")
    return (" ".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))


def _in(language: Language, said: Said) -> str:
    return said.zh if language == "zh" else said.en
