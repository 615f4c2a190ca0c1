"""The texts that ship with the package, and writing notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.reason import ReasonCode
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
    texts = _texts(notices, reasons)
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
        noticed_at=at,
    )
    _queue(db, [notice for notice in notices if notice.kind not in IN_APP_ONLY], at=at)


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


def _texts(notices: Sequence[NewNotice], reasons: Sequence[str]) -> list[NoticeText]:
    """Compose each text once: a day's notices say few different things."""
    composed: dict[tuple[object, ...], NoticeText] = {}
    texts: list[NoticeText] = []
    for notice, written in zip(notices, reasons, strict=True):
        key = (notice.kind, written, notice.answer, tuple(sorted(notice.facts.items())))
        if key not in composed:
            composed[key] = rules.compose(
                catalog(),
                frames(),
                notice.kind,
                notice.reasons,
                notice.facts,
                answer=notice.answer,
            )
        texts.append(composed[key])
    return texts


def _shipped(name: str) -> str:
    return (resources.files(__package__ or "") / "data" / f"{name}.toml").read_text("utf-8")
