"""The texts that ship with the package, and writing notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.care.contacts.model import Klass
from whiteslip.care.messages.store import queue_messages
from whiteslip.care.notices import rules
from whiteslip.care.notices.model import (
    CLASSES,
    IN_APP_ONLY,
    Catalog,
    Frames,
    Kind,
    NewNotice,
    NoticeText,
)
from whiteslip.credit.agreements.model import Agreement, Citation
from whiteslip.credit.agreements.rules import cite
from whiteslip.credit.agreements.store import read_binding
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.suspensions.store import reasons_json

sql = Sql(__package__)


@cache
def catalog() -> Catalog:
    """Read the reason texts, once."""
    return rules.read_catalog(_shipped("reasons"))


@cache
def frames() -> Frames:
    """Read the frames of notices, once."""
    return rules.read_frames(_shipped("notices"))


def explained() -> frozenset[ReasonCode]:
    """Name the reason codes that have a text, as publishing a rule book asks."""
    return frozenset(catalog().entries)


def insert_notices(db: Connection, notices: Sequence[NewNotice], *, at: datetime) -> None:
    """Compose notices and write them; what was told is stored in its words, with its reasons.

    Whoever can be reached outside of the app is sent it: its messages are queued here, in the same transaction.
    """
    if not notices:
        return
    reasons = [reasons_json(notice.reasons) for notice in notices]
    cited = _cite(db, notices)
    texts = _texts(notices, reasons, cited)
    sql.run(
        db,
        "insert_notices",
        customer_ids=arrays.bigints([notice.customer_id for notice in notices]),
        notice_ids=arrays.bigints([notice.notice_id for notice in notices]),
        line_ids=arrays.bigints([notice.line_id for notice in notices]),
        application_ids=arrays.bigints([notice.application_id for notice in notices]),
        matter_ids=arrays.bigints([notice.matter_id for notice in notices]),
        kinds=arrays.texts([notice.kind for notice in notices]),
        reasons=arrays.jsons(reasons),
        texts_zh=arrays.texts([text.zh for text in texts]),
        texts_en=arrays.texts([text.en for text in texts]),
        noticed_on=arrays.dates([notice.noticed_on for notice in notices]),
        agreement_ids=arrays.ints([one and one.agreement_id for one in cited]),
        clauses=arrays.smallints([one and one.clause for one in cited]),
        noticed_at=at,
    )
    _queue(db, [notice for notice in notices if notice.kind not in IN_APP_ONLY], at=at)


def tell(db: Connection, notices: Sequence[NewNotice], *, at: datetime) -> None:
    """Number notices and write them."""
    numbers = take_numbers(db, len(notices))
    numbered = zip(notices, numbers, strict=True)
    insert_notices(db, [one._replace(notice_id=number) for one, number in numbered], at=at)


def _queue(db: Connection, notices: Sequence[NewNotice], *, at: datetime) -> None:
    if not notices:
        return
    queue_messages(
        db,
        customer_ids=[notice.customer_id for notice in notices],
        notice_ids=[notice.notice_id for notice in notices],
        classes=[CLASSES.get(Kind(notice.kind), Klass.SERVICE) for notice in notices],
        on=max(notice.noticed_on for notice in notices),
        at=at,
    )


def _cite(db: Connection, notices: Sequence[NewNotice]) -> list[Citation | None]:
    """Find the clause each notice rests on, in the version that binds its line on its day."""
    resting = [
        (LineKey(one.customer_id, one.line_id), one.noticed_on)
        for one in notices
        if one.line_id is not None and one.kind in rules.TAKES_AWAY
    ]
    binding: dict[tuple[LineKey, date], Agreement] = {}
    for on in {on for _, on in resting}:
        bound = read_binding(db, {key for key, day in resting if day == on}, on=on)
        binding |= {(key, on): agreement for key, agreement in bound.items()}
    return [_citation(notice, binding) for notice in notices]


def _citation(
    notice: NewNotice, binding: Mapping[tuple[LineKey, date], Agreement]
) -> Citation | None:
    if notice.line_id is None:
        return None
    key = LineKey(notice.customer_id, notice.line_id)
    agreement = binding.get((key, notice.noticed_on))
    if agreement is None:
        return None
    also = rules.RESTS_ALSO.get(Kind(notice.kind), notice.kind)
    return cite(agreement, notice.kind, notice.reasons) or cite(agreement, also, notice.reasons)


def _texts(
    notices: Sequence[NewNotice], reasons: Sequence[str], cited: Sequence[Citation | None]
) -> list[NoticeText]:
    """Compose each text once: a day's notices say few different things."""
    composed: dict[tuple[object, ...], NoticeText] = {}
    texts: list[NoticeText] = []
    for notice, written, citation in zip(notices, reasons, cited, strict=True):
        facts = tuple(sorted(notice.facts.items()))
        key = (notice.kind, written, notice.answer, facts, citation)
        if key not in composed:
            composed[key] = rules.compose(
                catalog(),
                frames(),
                notice.kind,
                notice.reasons,
                notice.facts,
                answer=notice.answer,
                citation=citation,
            )
        texts.append(composed[key])
    return texts


def _shipped(name: str) -> str:
    return (resources.files(__package__ or "") / "data" / f"{name}.toml").read_text("utf-8")
