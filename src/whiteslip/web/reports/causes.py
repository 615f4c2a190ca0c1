"""The causes for which a line cannot be used, as a page: each with its person, its notice and its way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from whiteslip.web.documents import Html, bullets, folded, page, section, table, tiles

_WORDS: Final = MappingProxyType(
    {
        "over": ("Whiteslip · 白条", "Whiteslip · 白条"),
        "title": ("为什么不能用白条，怎样恢复", "Why a line cannot be used, and the way back"),
        "lead": (
            "虚构的人在真实系统里的经历：几天后生效，几天后又能付款。日期都来自系统自己的记录。",
            "What made-up people lived through in the real system: days until it held, and until they could buy again.",
        ),
        "stories": ("经历", "stories"),
        "codes": ("原因码", "reason codes"),
        "same_day": ("当天恢复", "back the same day"),
        "kept": ("符合承诺", "kept what they promise"),
        "table": ("一览", "The table"),
        "notices": ("他们收到的通知", "What they were told"),
        "faults": ("不符之处", "What was not kept"),
        "none": ("没有任何经历涉及这些原因码:", "No story reaches these reasons: "),
    }
)


class CauseRow(NamedTuple):
    """A row in one language; the first fields are the columns of the table."""

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
    notice_text: str
    faults: tuple[str, ...]


def causes_report(
    rows: Sequence[CauseRow],
    missing: Sequence[str],
    *,
    head: Sequence[str],
    language: Literal["zh", "en"],
) -> str:
    """Return the table under its head and every notice as an HTML page in one language."""
    place = 0 if language == "zh" else 1

    def word(name: str) -> str:
        return _WORDS[name][place]

    kept = sum(not row.faults for row in rows)
    codes = Counter(code for row in rows for code in row.reasons.split(", "))
    figures = {
        word("stories"): str(len(rows)),
        word("codes"): str(len(codes)),
        word("same_day"): str(sum(row.days_back == "0" for row in rows)),
        word("kept"): f"{kept} / {len(rows)}",
    }
    blocks = [
        tiles(figures),
        section(word("table"), [table(head, [_cells(row) for row in rows])]),
        section(word("notices"), [_told(row) for row in rows if row.notice_text]),
    ]
    faults = [f"{row.who}: {fault}" for row in rows for fault in row.faults]
    faults += [word("none") + ", ".join(missing)] if missing else []
    if faults:
        blocks.insert(1, section(word("faults"), [bullets(faults)], mark="bad"))
    return page(word("title"), blocks, lead=word("lead"), over=word("over"), language=language)


def _cells(row: CauseRow) -> list[str]:
    """Take what stands in the table: all but the texts below it."""
    *shown, _, _ = row
    return [str(cell) for cell in shown]


def _told(row: CauseRow) -> Html:
    return folded(f"{row.who}: {row.happened}", row.notice_text.split("\n\n"))
