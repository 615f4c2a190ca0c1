"""Reading the texts, filling a reason's facts in, and composing a notice from them.

A template may hold facts, always in a part that is left out when one of its facts is missing:
`overdue[[ by {days|day|days}]]` is "overdue", "overdue by 1 day" or "overdue by 12 days".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from whiteslip.care.notices.model import (
    NO_FACTS,
    Ability,
    Catalog,
    Cure,
    Entry,
    Frame,
    Frames,
    Kind,
    NoticeText,
    ReasonText,
    Words,
)
from whiteslip.credit.agreements.model import FEES, Citable, Citation, family_of, fee_of
from whiteslip.kernel.errors import InvalidInput, invariant
from whiteslip.kernel.reason import MOST_REASONS, Fact, Reason, ReasonCode
from whiteslip.money.lines.model import RESTRICTED_LEVEL, STEP_UP_LEVEL, SUSPENDED_LEVEL

FACTS: Mapping[ReasonCode, frozenset[str]] = MappingProxyType(
    {
        ReasonCode.OVERDUE: frozenset({"days"}),
        ReasonCode.REPEATEDLY_LATE: frozenset({"days"}),
        ReasonCode.HIGH_UTILIZATION: frozenset({"percent"}),
        ReasonCode.LIMIT_EXCEEDED: frozenset({"available"}),
        ReasonCode.AGREED_RELIEF: frozenset({"date"}),
        ReasonCode.PURCHASES_LIMITED: frozenset({"date"}),
        ReasonCode.SEGMENT: frozenset({"date"}),
        ReasonCode.OWN_CAP: frozenset({"purchase", "day", "week", "month", "cooling_off"}),
    }
)
"""The facts a code may come with, the only ones its text may name; none of them is certain."""

FRAME_FACTS: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.RESTRICTED: frozenset({"amount"}),
        Kind.EASED: frozenset({"amount"}),
        Kind.LIMIT_RAISED: frozenset({"before", "after"}),
        Kind.LIMIT_CUT: frozenset({"before", "after", "date"}),
        Kind.LIMIT_OBJECTED: frozenset({"limit"}),
        Kind.LIMIT_KEPT: frozenset({"limit"}),
        Kind.LIMIT_RESTORED: frozenset({"limit"}),
        Kind.LIMIT_UPHELD: frozenset({"limit"}),
        Kind.TEMPORARY_LIMIT_GRANTED: frozenset({"amount", "date", "days"}),
        Kind.TEMPORARY_LIMIT_ENDING: frozenset({"amount", "date", "limit"}),
        Kind.TEMPORARY_LIMIT_SHORTENED: frozenset({"amount", "date", "limit"}),
        Kind.DUE_SOON: frozenset({"amount", "due_on"}),
        Kind.OVERDUE_REMINDER: frozenset({"amount", "due_on"}),
        Kind.LATE_FEE_WAIVED: frozenset({"amount", "returned"}),
        Kind.GOODWILL_GRANTED: frozenset({"amount", "credit"}),
        Kind.APPEAL_DECIDED: frozenset({"not_made_on"}),
        Kind.AGREEMENT_CHANGING: frozenset({"title", "version", "date", "changes"}),
        Kind.AGREEMENT_OFFERED: frozenset({"title", "version", "changes"}),
        Kind.PURCHASE_GRANTED: frozenset({"amount", "shop", "date"}),
        Kind.PURCHASE_DECLINED: frozenset({"amount", "shop"}),
        Kind.PURCHASE_LAPSED: frozenset({"amount", "shop"}),
        Kind.HELP_OFFERED: frozenset({"signs"}),
        Kind.SOURCE_STOPPED: frozenset({"source"}),
        Kind.COLLECTION_FAILED: frozenset({"amount", "due_on"}),
        Kind.PAYMENT_REVERSED: frozenset({"amount", "date", "reason"}),
        Kind.SETTLED_EARLY: frozenset({"amount", "saved"}),
        Kind.STATEMENT_SPLIT: frozenset({"amount", "months", "fee", "date"}),
        Kind.CHARGED_OFF: frozenset({"amount", "days"}),
        Kind.CLAIM_REDUCED: frozenset({"amount", "cost", "left"}),
        Kind.CLAIM_RECOVERED: frozenset({"amount", "cost", "credit"}),
        Kind.CLAIM_WRITTEN_OFF: frozenset({"amount"}),
        Kind.REFUND_SENT: frozenset({"amount", "sources", "own"}),
    }
)
"""The facts a kind of notice may come with, the only ones its frame may name; none of them is certain.

A fact in words comes once a language, as `changes_zh` and `changes_en`; the frame names `changes`.
"""

_MAY_BE_BARE = frozenset(
    {
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
)
_AGREED_BY_NOBODY = frozenset(
    {Kind.WARNED, Kind.APPLICATION_DECLINED, Kind.PURCHASE_DECLINED, Kind.PURCHASE_LAPSED}
)
_SAY_WHY_THEMSELVES = frozenset({Kind.DISPUTE_REJECTED, Kind.CHARGED_OFF})
TAKES_AWAY = frozenset(Kind) - _MAY_BE_BARE - _AGREED_BY_NOBODY | _SAY_WHY_THEMSELVES
"""The kinds that rest on a clause: whatever must say why, but an early warning, which takes nothing away, an
application, whose person has agreed to nothing yet, and a purchase that was never granted; and a dispute lost, after
which late fees go on, and a line charged off."""
RESTS_ALSO: Mapping[Kind, str] = MappingProxyType(
    {Kind.CHARGED_OFF: family_of(Kind.SUSPENDED, "DLQ")}
)
"""Kinds younger than the first agreement: a version that cites no clause for one rests it on that of the other name."""
HIGHEST_LEVEL = 5
_SHARED = "default"
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
_FACT = re.compile(r"\{(\w+)(?:\|([^{}|]+)\|([^{}|]+))?\}")

_ALWAYS = (
    Ability("repayment", Words("还款", "repaying")),
    Ability("refund", Words("退款", "refunds")),
    Ability("capture", Words("此前已批准的消费", "purchases approved before")),
    Ability("statements", Words("查看账单", "statements")),
    Ability("dispute", Words("提出争议", "disputes")),
    Ability("appeal", Words("申诉", "appeals")),
)
_BUYING = Ability("purchase", Words("用白条付款", "buying on credit"))
_BUYING_VERIFIED = Ability(
    "purchase",
    Words("验证身份后用白条付款", "buying on credit after verifying your identity"),
)
_BUYING_LESS = Ability(
    "purchase",
    Words(
        "验证身份后在较低的金额内用白条付款",
        "buying on credit up to a lower amount, after verifying your identity",
    ),
)


def still_works(level: int) -> tuple[Ability, ...]:
    """List what works at a restriction level, 0 to 5; all but buying works at every level, and at 3 buying in part."""
    invariant(0 <= level <= HIGHEST_LEVEL, f"restriction levels go from 0 to {HIGHEST_LEVEL}")
    if level >= SUSPENDED_LEVEL:
        return _ALWAYS
    if level >= RESTRICTED_LEVEL:
        return (*_ALWAYS, _BUYING_LESS)
    return (*_ALWAYS, _BUYING_VERIFIED if level >= STEP_UP_LEVEL else _BUYING)


def explain(catalog: Catalog, reason: Reason) -> ReasonText:
    """Put a reason into words; a missing fact shortens the text, one too many is ignored."""
    entry = catalog.entries[reason.code]
    return ReasonText(
        reason.code,
        says=_filled(entry.says, reason.facts),
        next=_filled(entry.next, reason.facts),
        right=catalog.right if entry.right is None else _filled(entry.right, reason.facts),
    )


def compose(
    catalog: Catalog,
    frames: Frames,
    kind: str,
    reasons: Sequence[Reason],
    facts: Mapping[str, Fact] = NO_FACTS,
    *,
    answer: str = "",
    citation: Citation | None = None,
) -> NoticeText:
    """Write a notice; reasons whose texts are the same are told once, and an answer as its author wrote it.

    `facts` fill the frame. It ends with the clause it rests on, where one is cited.

    Only what takes nothing away may come without a reason; one given with "restored" is one that still stands.
    """
    frame = fill_frame(frames[_kind(kind)], facts)
    invariant(len(reasons) <= MOST_REASONS, f"a notice tells at most {MOST_REASONS} reasons")
    invariant(bool(reasons) or kind in _MAY_BE_BARE, f"a notice of kind {kind} says why")
    texts = [explain(catalog, reason) for reason in reasons]
    points = tuple(dict.fromkeys(_point(text, shared=catalog.right) for text in texts))
    text = NoticeText(
        zh=_letter(frame, points, answer, speak=lambda words: words.zh),
        en=_letter(frame, points, answer, speak=lambda words: words.en),
    )
    if citation is None:
        return text
    return NoticeText(
        zh=f"{text.zh}\n\n{citation.words.zh}", en=f"{text.en}\n\n{citation.words.en}"
    )


def citable() -> Citable:
    """Say what a credit agreement must name a clause for: each kind that takes something away, and each fee."""
    must = {kind.value for kind in TAKES_AWAY - RESTS_ALSO.keys()}
    must |= {fee_of(kind) for kind in FEES}
    families = {code.split("-")[0] for code in ReasonCode}
    may = {family_of(kind, family) for kind in TAKES_AWAY for family in families}
    may |= {kind.value for kind in RESTS_ALSO}
    return Citable(frozenset(must), frozenset(may))


def fill_frame(frame: Frame, facts: Mapping[str, Fact]) -> Frame:
    """Put facts into a frame; a missing fact shortens the text, one too many is ignored."""
    return Frame(*(_filled(words, facts) for words in frame))


def _point(text: ReasonText, *, shared: Words) -> Words:
    """Say one reason in a paragraph; the right that all share stands in the frame."""
    parts = (text.says, text.next) if text.right == shared else text[1:]
    return Words(zh="".join(part.zh for part in parts), en=" ".join(part.en for part in parts))


def _letter(
    frame: Frame, points: Sequence[Words], answer: str, *, speak: Callable[[Words], str]
) -> str:
    said = [speak(point) for point in points]
    if len(said) > 1:
        said = [f"{number}. {text}" for number, text in enumerate(said, start=1)]
    said += [answer] if answer else []
    because = ["\n".join([speak(frame.because), *said])] if said else []
    return "\n\n".join([speak(frame.subject), speak(frame.opening), *because, speak(frame.closing)])


def _filled(template: Words, facts: Mapping[str, Fact]) -> Words:
    return Words(*(_said(text, facts, language) for language, text in template._asdict().items()))


def _said(text: str, facts: Mapping[str, Fact], language: str) -> str:
    """Fill the parts of a text; a fact in its language goes before one that is the same in all."""
    ending = f"_{language}"
    own = {name.removesuffix(ending): fact for name, fact in facts.items() if name.endswith(ending)}
    known = {**facts, **own}
    return _OPTIONAL.sub(lambda part: _part(part[1], known), text)


def _part(part: str, facts: Mapping[str, Fact]) -> str:
    if any(match[1] not in facts for match in _FACT.finditer(part)):
        return ""
    return _FACT.sub(lambda match: _fact(facts[match[1]], match[2], match[3]), part)


def _fact(value: Fact, one: str | None, many: str | None) -> str:
    if one is None:
        return str(value)
    return f"{value} {one if str(value) == '1' else many}"


def read_catalog(text: str) -> Catalog:
    """Read the reason texts from TOML; what is missing, unknown or unclear is named and refused."""
    table = _table_of(text, "the reason catalog")
    shared = table.pop(_SHARED, None)
    _only(table, {code.value for code in ReasonCode}, "the reason catalog")
    if missing := [code.value for code in ReasonCode if code.value not in table]:
        raise InvalidInput(f"no text for reason {', '.join(missing)}", where=missing[0])
    right = _words(_table(shared, _SHARED), "right", where=_SHARED)
    _check_template(right, frozenset(), where=f"{_SHARED}.right")
    return Catalog(MappingProxyType({code: _entry(table, code) for code in ReasonCode}), right)


def read_frames(text: str) -> Frames:
    """Read the frames of notices from TOML, one for each kind."""
    table = _table_of(text, "the notice frames")
    _only(table, {kind.value for kind in Kind}, "the notice frames")
    return MappingProxyType({kind: _frame(table, kind.value) for kind in Kind})


def _entry(table: dict[str, Any], code: ReasonCode) -> Entry:
    entry = _table(table[code], code)
    _only(entry, {"cure", "says", "next", "right"}, code)
    words = {
        key: _words(entry, key, where=code) for key in ("says", "next", "right") if key in entry
    }
    for key in ("says", "next"):
        if key not in words:
            raise InvalidInput(f"reason {code} has no text {key!r}", where=code)
    for key, template in words.items():
        _check_template(template, FACTS.get(code, frozenset()), where=f"{code}.{key}")
    return Entry(_cure(entry, code), words["says"], words["next"], words.get("right"))


def _frame(table: dict[str, Any], kind: str) -> Frame:
    frame = _table(table.get(kind), kind)
    _only(frame, set(Frame._fields), kind)
    words = [_words(frame, key, where=kind) for key in Frame._fields]
    for key, template in zip(Frame._fields, words, strict=True):
        known = FRAME_FACTS.get(Kind(kind), frozenset())
        _check_template(template, known, where=f"{kind}.{key}")
    return Frame(*words)


def _words(table: dict[str, Any], key: str, *, where: str) -> Words:
    place = f"{where}.{key}"
    words = _table(table.get(key), place)
    _only(words, set(Words._fields), place)
    for language in Words._fields:
        value = words.get(language)
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput(f"{place} has no text in {language!r}", where=f"{place}.{language}")
    return Words(**words)


def _check_template(template: Words, known: frozenset[str], *, where: str) -> None:
    """Refuse a fact the code does not come with, one outside [[…]], and loose brackets."""
    for language, text in zip(Words._fields, template, strict=True):
        place = f"{where}.{language}"
        for part in _OPTIONAL.findall(text):
            names = {match[1] for match in _FACT.finditer(part)}
            if unknown := sorted(names - known):
                raise InvalidInput(f"{place} names an unknown fact {unknown[0]!r}", where=place)
            if not names:
                raise InvalidInput(f"{place} has a part [[…]] without a fact", where=place)
        rest = _OPTIONAL.sub(lambda part: _FACT.sub("", part[1]), text)
        if stray := re.search(r"[{}]|\[\[|\]\]", rest):
            message = f"{place} has a stray {stray[0]!r}; a fact stands inside [[…]]"
            raise InvalidInput(message, where=place)


def _cure(entry: dict[str, Any], code: str) -> Cure:
    value = entry.get("cure")
    if value not in set(Cure):
        raise InvalidInput(f"the cure of {code} is one of {', '.join(Cure)}", where=f"{code}.cure")
    return Cure(value)


def _kind(kind: str) -> Kind:
    if kind not in set(Kind):
        raise InvalidInput(f"{kind!r} is not a kind of notice; one of {', '.join(Kind)}")
    return Kind(kind)


def _table_of(text: str, what: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{what} is not TOML: {error}") from error


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} has no texts", where=where)
    return cast("dict[str, Any]", value)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])
