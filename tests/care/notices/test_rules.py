"""Texts are refused when they are not whole, and filled with whatever facts there are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.care.notices import rules
from whiteslip.care.notices.model import Kind, Words
from whiteslip.care.notices.store import catalog, frames
from whiteslip.kernel.errors import InvalidInput, InvariantBroken
from whiteslip.kernel.reason import Fact, Reason, ReasonCode

Spoil = Callable[[dict[str, Any]], object]
FACT_NAMES = ("days", "percent", "available", "unheard_of")
WHOLE: dict[str, Any] = {
    "default": {"right": {"zh": "可申诉。", "en": "You can appeal."}},
    **{
        code.value: {
            "cure": "review",
            "says": {"zh": f"原因 {code}。", "en": f"Reason {code}."},
            "next": {"zh": "请稍候。", "en": "Please wait."},
        }
        for code in ReasonCode
    },
}
FRAMES: dict[str, Any] = {
    kind.value: {
        part: {"zh": f"{part} 中", "en": part}
        for part in ("subject", "opening", "because", "closing")
    }
    for kind in Kind
}

SPOILS: dict[str, Spoil] = {
    "unknown key 'DLQ-99'": lambda table: table.update({"DLQ-99": table["DLQ-01"]}),
    "unknown key 'say'": lambda table: table["DLQ-01"].update(say="?"),
    "DLQ-01.says has no texts": lambda table: table["DLQ-01"].update(says="?"),
    "unknown key 'fr'": lambda table: table["DLQ-01"]["says"].update(fr="?"),
    "DLQ-01 has no text 'next'": lambda table: table["DLQ-01"].pop("next"),
    "DLQ-01.says has no text in 'zh'": lambda table: table["DLQ-01"]["says"].pop("zh"),
    "DLQ-01.says has no text in 'en'": lambda table: table["DLQ-01"]["says"].update(en="  "),
    "CAP-02.next has no text in 'en'": lambda table: table["CAP-02"]["next"].update(en=3),
    "the cure of DLQ-01 is one of automatic, verify": lambda table: table["DLQ-01"].pop("cure"),
    "the cure of DLQ-01": lambda table: table["DLQ-01"].update(cure="pray"),
    "default has no texts": lambda table: table.pop("default"),
    "default.right.en has": lambda table: table["default"]["right"].update(en="{days}"),
}


def toml(table: dict[str, Any], prefix: str = "") -> str:
    lines: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines.append(toml(value, f"{prefix}{key}."))  # pyright: ignore[reportUnknownArgumentType]
        else:
            written = f'"{value}"' if isinstance(value, str) else str(value)
            lines.append(f"{prefix}{key} = {written}")
    return "\n".join(lines)


def spoiled(table: dict[str, Any], spoil: Spoil) -> str:
    copy = tomllib.loads(toml(table))
    spoil(copy)
    return toml(copy)


def says(text: str) -> str:
    """A whole catalog in which being overdue is said in these words."""
    return spoiled(WHOLE, lambda table: table["DLQ-01"]["says"].update(en=text))


def test_a_whole_catalog_is_read() -> None:
    read = rules.read_catalog(toml(WHOLE))

    assert set(read.entries) == set(ReasonCode)
    assert read.right == Words("可申诉。", "You can appeal.")


@pytest.mark.parametrize("code", list(ReasonCode))
def test_control_a_missing_code_is_refused(code: ReasonCode) -> None:
    with pytest.raises(InvalidInput, match=f"no text for reason {code}") as refusal:
        rules.read_catalog(spoiled(WHOLE, lambda table: table.pop(code.value)))

    assert refusal.value.where == code


@pytest.mark.parametrize("message", SPOILS)
def test_control_a_spoiled_catalog_is_refused(message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        rules.read_catalog(spoiled(WHOLE, SPOILS[message]))


@pytest.mark.parametrize(
    "text",
    [
        "Late[[ by {hours}]].",
        "Late[[ by {percent}]].",
        "Late by {days} days.",
        "Late[[ by days]].",
        "Late[[ by {days]].",
        "Late[[ by {days|day}]].",
        "Late[[ by {days}]",
        "Late[[ by [[{days}]]]].",
        "Late }.",
    ],
)
def test_control_an_unclear_template_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"DLQ-01\.says\.en"):
        rules.read_catalog(says(text))


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is not TOML"):
        rules.read_catalog("[")


def test_frames_are_read_whole_or_refused() -> None:
    assert set(rules.read_frames(toml(FRAMES))) == set(Kind)
    spoils: dict[str, Spoil] = {
        "restored has no texts": lambda table: table.pop("restored"),
        "unknown key 'fined'": lambda table: table.update(fined=table["warned"]),
        "unknown key 'ps'": lambda table: table["warned"].update(ps="?"),
        "due_soon.opening.en names": lambda table: table["due_soon"]["opening"].update(
            en="[[{a}]]"
        ),
        "warned.opening.en names": lambda table: table["warned"]["opening"].update(
            en="[[{amount}]]"
        ),
        "warned.closing has no texts": lambda table: table["warned"].pop("closing"),
        "warned.subject.en has a stray": lambda table: table["warned"]["subject"].update(en="{a}"),
    }
    for message, spoil in spoils.items():
        with pytest.raises(InvalidInput, match=re.escape(message)):
            rules.read_frames(spoiled(FRAMES, spoil))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "Late. Pay."),
        ({"percent": 3}, "Late. Pay."),
        ({"days": 1}, "Late by 1 day. Pay 1."),
        ({"days": "1"}, "Late by 1 day. Pay 1."),
        ({"days": 12}, "Late by 12 days. Pay 12."),
        ({"days": "[[{days}]]"}, "Late by [[{days}]] days. Pay [[{days}]]."),
    ],
)
def test_a_missing_fact_shortens_the_text(facts: dict[str, Fact], expected: str) -> None:
    read = rules.read_catalog(says("Late[[ by {days|day|days}]]. Pay[[ {days}]]."))

    assert rules.explain(read, Reason(ReasonCode.OVERDUE, facts)).says.en == expected


def test_the_shared_right_holds_unless_a_reason_has_its_own() -> None:
    own = {"zh": "请找法院。", "en": "Ask the court."}
    read = rules.read_catalog(spoiled(WHOLE, lambda table: table["LEG-01"].update(right=own)))

    assert rules.explain(read, Reason(ReasonCode.OVERDUE)).right == read.right
    assert rules.explain(read, Reason(ReasonCode.LEGAL_ORDER)).right == Words(**own)


@given(
    code=st.sampled_from(ReasonCode),
    facts=st.dictionaries(
        st.sampled_from(FACT_NAMES), st.integers() | st.text(st.characters(codec="utf-8"))
    ),
)
def test_explaining_never_fails_whatever_facts_there_are(
    code: ReasonCode, facts: dict[str, Fact]
) -> None:
    text = rules.explain(catalog(), Reason(code, facts))

    assert text.code is code
    assert all(words.zh and words.en for words in text[1:])


def test_a_notice_reads_from_its_subject_to_the_way_to_appeal() -> None:
    text = rules.compose(
        catalog(), frames(), "suspended", [Reason(ReasonCode.OVERDUE, {"days": 30})]
    )

    subject, opening, because, closing = text.en.split("\n\n")
    assert subject == "Your credit line is suspended for new purchases"
    assert "Purchases approved before" in opening
    assert because.splitlines()[1].startswith("A payment of yours is overdue by 30 days. ")
    assert "appeal" in closing
    assert "已逾期 30 天。还款不受影响。" in text.zh


def test_several_reasons_are_numbered_and_a_right_of_their_own_is_told() -> None:
    reasons = [Reason(ReasonCode.OVERDUE), Reason(ReasonCode.LEGAL_ORDER)]

    text = rules.compose(catalog(), frames(), "restricted", reasons)

    assert "\n1. 您有一笔还款已逾期。" in text.zh
    assert "\n2. A court or authority" in text.en
    assert "object with the court or authority" in text.en
    assert text.en.count("If you think this is wrong, you can appeal") == 1


def test_reasons_that_say_the_same_are_told_once() -> None:
    fraud = [Reason(ReasonCode.FRAUD_RING), Reason(ReasonCode.CASH_OUT)]

    both = rules.compose(catalog(), frames(), "suspended", fraud)

    assert both == rules.compose(catalog(), frames(), "suspended", fraud[:1])


def test_a_frame_is_filled_with_the_facts_of_its_notice_and_shorter_without() -> None:
    facts = {"amount": "1234.50", "due_on": "2026-03-05"}

    told = rules.compose(catalog(), frames(), "due_soon", [], facts)
    bare = rules.compose(catalog(), frames(), "due_soon", [])

    assert "还款日是 2026-03-05，应还 1234.50 元，请在当天或之前还款。" in told.zh
    assert "CNY 1234.50 is due. The due date is 2026-03-05. Please pay" in told.en
    assert bare.en.split("\n\n")[1].startswith("Please pay on that day")
    late = rules.compose(catalog(), frames(), "overdue_reminder", [], facts)
    assert "还款还没有收到，金额 1234.50 元，还款日是 2026-03-05。" in late.zh
    assert "1234.50" not in late.zh.split("\n\n")[0], "a text message may be read over a shoulder"


def test_good_news_needs_no_reason_and_bad_news_does() -> None:
    good = rules.compose(catalog(), frames(), "restored", [])

    assert "Please still note" not in good.en
    assert len(good.en.split("\n\n")) == 3
    bare = {
        Kind.RESTORED,
        Kind.EASED,
        Kind.PLANS_RESTORED,
        Kind.LIMIT_RAISED,
        Kind.LIMIT_OBJECTED,
        Kind.LIMIT_KEPT,
        Kind.LIMIT_RESTORED,
        Kind.TEMPORARY_LIMIT_GRANTED,
        Kind.APPLICATION_APPROVED,
        Kind.APPLICATION_REFERRED,
        Kind.APPLICATION_EXPIRED,
        Kind.APPLICATION_REOPENED,
        Kind.APPEAL_RECEIVED,
        Kind.APPEAL_DECIDED,
        Kind.HUMAN_DECISION_REQUESTED,
        Kind.COMPLAINT_RECEIVED,
        Kind.COMPLAINT_ANSWERED,
        Kind.BUDGET_WARNING,
        Kind.DUE_SOON,
        Kind.OVERDUE_REMINDER,
        Kind.LATE_FEE_WAIVED,
        Kind.GOODWILL_GRANTED,
        Kind.RELIEF_OFFERED,
        Kind.RELIEF_AGREED,
        Kind.RELIEF_KEPT,
        Kind.RELIEF_ENDED,
        Kind.DISPUTE_OPENED,
        Kind.DISPUTE_ACCEPTED,
        Kind.DISPUTE_REJECTED,
        Kind.AGREEMENT_CHANGING,
        Kind.AGREEMENT_OFFERED,
        Kind.PURCHASE_GRANTED,
        Kind.HELP_OFFERED,
        Kind.SOURCE_STOPPED,
        Kind.COLLECTION_FAILED,
        Kind.PAYMENT_REVERSED,
        Kind.SETTLED_EARLY,
        Kind.STATEMENT_SPLIT,
        Kind.CHARGED_OFF,
        Kind.CLAIM_REDUCED,
        Kind.CLAIM_RECOVERED,
        Kind.CLAIM_WRITTEN_OFF,
        Kind.REFUND_SENT,
    }
    for kind in set(Kind) - bare:
        with pytest.raises(InvariantBroken, match="says why"):
            rules.compose(catalog(), frames(), kind, [])


def test_an_answer_is_told_in_both_letters_as_it_was_written() -> None:
    text = rules.compose(catalog(), frames(), "appeal_decided", [], answer="限制已解除 🙂")

    assert "答复：\n限制已解除 🙂\n" in text.zh
    assert "The answer:\n限制已解除 🙂\n" in text.en


def test_five_reasons_and_an_unknown_kind_are_refused() -> None:
    with pytest.raises(InvariantBroken, match="at most 4"):
        rules.compose(
            catalog(), frames(), "warned", [Reason(code) for code in list(ReasonCode)[:5]]
        )
    with pytest.raises(InvalidInput, match="'fined' is not a kind of notice"):
        rules.compose(catalog(), frames(), "fined", [Reason(ReasonCode.OVERDUE)])


@pytest.mark.parametrize("level", range(6))
def test_repaying_and_appealing_work_at_every_level_and_buying_below_four(level: int) -> None:
    works = rules.still_works(level)
    names = [ability.name for ability in works]

    always = {"repayment", "refund", "capture", "statements", "dispute", "appeal"}
    assert always <= set(names)
    assert ("purchase" in names) is (level < 4)
    assert ("验证" in works[-1].words.zh) is (level in {2, 3})
    assert ("金额" in works[-1].words.zh) is (level == 3)


@pytest.mark.parametrize("level", [-1, 6])
def test_there_is_no_other_level(level: int) -> None:
    with pytest.raises(InvariantBroken):
        rules.still_works(level)
