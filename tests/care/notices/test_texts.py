"""The texts that ship: whole in both languages, plain, and silent on how fraud is noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from whiteslip.care.notices import rules
from whiteslip.care.notices.model import Kind, Words
from whiteslip.care.notices.store import catalog, explained, frames
from whiteslip.kernel.reason import Reason, ReasonCode

CJK = re.compile(r"[\u4e00-\u9fff]")
WIDE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
HALF_WIDTH = re.compile(r"[,;:!?()]|\.(?!\d)")
EVERY_FACT = {
    "days": 12,
    "percent": 97,
    "available": "338.34",
    "cooling_off": 23,
    "purchase": "500.00",
    "day": "600.00",
    "week": "700.00",
    "month": "800.00",
    "date": "2026-02-01",
}
FRAME_FACTS = {
    **dict.fromkeys(("before", "after", "limit", "amount"), "5000.00"),
    "date": "2026-02-01",
    "due_on": "2026-03-05",
}
FRAUD = [code for code in ReasonCode if code.startswith("FRD")]
DETECTOR_WORDS = re.compile(
    r"device|network|ring\b|linked|shared|model|scor|rule|pattern|detect|algorithm|fraud|takeover"
    r"|cash|suspicious|unusual|phone|address|\bIP\b"
    r"|设备|网络|团伙|关联|模型|评分|规则|监测|检测|识别|算法|欺诈|盗|套现|可疑|异常|手机|地址",
    re.IGNORECASE,
)
SCORES = re.compile(r"评分|分数|得分|低分|scor|\bpoints\b", re.IGNORECASE)
BLOCKING = [
    *("DLQ-01", "DLQ-02", "DLQ-03", "DLQ-04", "CAP-01", "BEH-01", "BEH-02", *FRAUD, "KYC-01"),
    *("POL-01", "POL-03", "REG-01", "CON-01", "LIM-05", "LEG-01", "CUS-01", "SYS-02"),
]


def words_of(code: ReasonCode) -> list[Words]:
    """Everything a code may say: with all of its facts, and with none."""
    full = rules.explain(catalog(), Reason(code, EVERY_FACT))
    bare = rules.explain(catalog(), Reason(code))
    return [*full[1:], *bare[1:]]


def all_words() -> Iterator[tuple[str, Words]]:
    for code in ReasonCode:
        yield from ((code.value, words) for words in words_of(code))
    for kind, frame in frames().items():
        for facts in (FRAME_FACTS, {}):
            yield from ((kind.value, words) for words in rules.fill_frame(frame, facts))
    for level in range(6):
        yield from ((f"level {level}", ability.words) for ability in rules.still_works(level))


def test_every_code_is_explained() -> None:
    assert explained() == frozenset(ReasonCode)


def test_every_text_stands_in_both_languages_and_is_filled() -> None:
    for name, words in all_words():
        assert CJK.search(words.zh), name
        assert not WIDE.search(words.en), name
        assert not re.search(r"[{}]|\[\[|\]\]", "".join(words)), name
        assert all(text == text.strip() and "  " not in text for text in words), name


def test_chinese_is_punctuated_as_chinese() -> None:
    for name, words in all_words():
        assert not HALF_WIDTH.search(words.zh), f"{name}: {words.zh}"


def test_every_reason_text_ends_as_a_sentence() -> None:
    for code in ReasonCode:
        for words in words_of(code):
            assert words.zh.endswith("。"), code
            assert words.en.endswith("."), code


def test_every_declared_fact_is_told_in_both_languages() -> None:
    for code, names in rules.FACTS.items():
        said = rules.explain(catalog(), Reason(code, EVERY_FACT)).says
        for name in names:
            assert str(EVERY_FACT[name]) in said.zh
            assert str(EVERY_FACT[name]) in said.en


@pytest.mark.parametrize("kind", rules.FRAME_FACTS)
def test_every_fact_of_a_frame_is_told_in_both_languages(kind: Kind) -> None:
    for name in rules.FRAME_FACTS[kind]:
        said = rules.fill_frame(frames()[kind], {name: "1111.11"}).opening
        assert "1111.11" in said.zh
        assert "1111.11" in said.en


def test_one_day_is_one_day() -> None:
    said = rules.explain(catalog(), Reason(ReasonCode.OVERDUE, {"days": 1})).says

    assert said.en == "A payment of yours is overdue by 1 day. Repaying is not affected."


@pytest.mark.parametrize("code", FRAUD)
def test_fraud_texts_do_not_tell_how_it_was_noticed(code: ReasonCode) -> None:
    first, same = catalog().entries[ReasonCode.FRAUD_SUSPECTED], catalog().entries[code]

    assert same == first, "a text of its own would tell which detector fired"
    for words in words_of(code):
        assert not DETECTOR_WORDS.search("".join(words))


def test_control_detector_words_are_found() -> None:
    for text in ("a shared device", "Your score", "关联网络", "疑似套现"):
        assert DETECTOR_WORDS.search(text)


def test_nobody_is_told_of_a_score() -> None:
    for name, words in all_words():
        assert not SCORES.search("".join(words)), name


@pytest.mark.parametrize("code", [ReasonCode(code) for code in BLOCKING])
def test_what_may_stop_a_purchase_says_that_repaying_is_not_affected(code: ReasonCode) -> None:
    said = rules.explain(catalog(), Reason(code)).says

    assert "还款不受影响" in said.zh
    assert re.search(r"repaying is not affected", said.en, re.IGNORECASE)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_notice_says_what_works_and_how_to_appeal(kind: Kind) -> None:
    closing = frames()[kind].closing

    for zh, en in (("还款", "Repaying"), ("退款", "refunds"), ("账单", "statements")):
        assert zh in closing.zh
        assert en in closing.en
    assert "申诉,由" in closing.zh.replace("\uff0c", ",")
    assert "you can" in closing.en
    assert "appeal and" in closing.en.replace("appeal,", "appeal")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("code", list(ReasonCode))
def test_any_reason_fits_any_notice(kind: Kind, code: ReasonCode) -> None:
    text = rules.compose(catalog(), frames(), kind, [Reason(code)])

    assert CJK.search(text.zh)
    assert not WIDE.search(text.en)
