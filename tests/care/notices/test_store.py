"""Notices are written in the words they were told in, all in one statement."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg
import pytest

from whiteslip.care.notices import rules
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import catalog, frames, insert_notices
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.reason import Reason, ReasonCode

AT = datetime(2026, 3, 1, 16, 5, tzinfo=UTC)
ON = date(2026, 3, 1)
LATE = Reason(ReasonCode.OVERDUE, {"days": 30})


def notice(notice_id: int, kind: str = "suspended", *reasons: Reason) -> NewNotice:
    return NewNotice(7, notice_id, 70, kind, reasons, ON)


def test_notices_are_stored_as_they_were_told(db: Connection) -> None:
    told = [notice(1, "suspended", LATE), notice(2, "restored"), notice(3, "suspended", LATE)]

    insert_notices(db, told, at=AT)

    rows = db.execute(
        "SELECT notice_id, line_id, kind, reasons, text_zh, text_en, noticed_on, noticed_at"
        " FROM care.notice WHERE customer_id = 7 ORDER BY notice_id"
    ).fetchall()
    text = rules.compose(catalog(), frames(), "suspended", [LATE])
    assert rows[0] == (
        *(1, 70, "suspended", [{"code": "DLQ-01", "facts": {"days": 30}}]),
        *(text.zh, text.en, ON, AT),
    )
    assert rows[1][2:4] == ("restored", [])
    assert rows[2][4:6] == tuple(text)


def test_nothing_to_tell_writes_nothing(db: Connection) -> None:
    insert_notices(db, [], at=AT)

    assert db.execute("SELECT count(*) FROM care.notice").fetchone() == (0,)


def test_one_notice_that_cannot_be_told_stops_all(db: Connection) -> None:
    with pytest.raises(InvariantBroken, match="says why"):
        insert_notices(db, [notice(1, "suspended", LATE), notice(2, "suspended")], at=AT)

    assert db.execute("SELECT count(*) FROM care.notice").fetchone() == (0,)


def test_a_notice_is_written_once(db: Connection) -> None:
    insert_notices(db, [notice(1, "suspended", LATE)], at=AT)

    with pytest.raises(psycopg.errors.UniqueViolation):
        insert_notices(db, [notice(1, "restored")], at=AT)
