"""A statement as a PDF: one sheet, in the reader's language, with a font every reader of PDF knows for Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final, NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from whiteslip.views.customers import Movement, StoryInstallment
from whiteslip.views.statements import StatementView
from whiteslip.web.rendering import Speaker

_FONT: Final = "STSong-Light"
_LEFT, _RIGHT, _TOP, _FOOT = 56.0, A4[0] - 56.0, A4[1] - 64.0, 64.0
_ROW: Final = 17.0


class Bill(NamedTuple):
    """A statement with what it is made of: movements, the newest first, and the parts of plans billed with it."""

    view: StatementView
    movements: Sequence[Movement]
    parts: Sequence[StoryInstallment]
    plans: Mapping[int, int]
    """Months by purchase: of what was bought in a plan only the parts are billed."""


def write(speak: Speaker, name: str, bill: Bill) -> bytes:
    """Write a statement with all it is made of; the same statement always makes the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1)
    canvas.setTitle(speak.say("my.bill_of", month=speak.month(bill.view.statement_on)))
    y = _head(canvas, speak, name, bill.view)
    for label, amount in _sums(speak, bill.view):
        y = _line(canvas, y, label, speak.amount(amount), size=11)
    if bill.parts:
        billed = [
            (_number(one, bill.plans), speak.amount(one.principal_minor)) for one in bill.parts
        ]
        y = _table(canvas, y, speak.say("my.plan"), billed)
    moved = [
        (_told(speak, one, bill.plans), speak.amount(one.amount_minor)) for one in bill.movements
    ]
    _table(canvas, y, speak.say("my.movements"), moved[::-1])
    canvas.save()
    return made.getvalue()


def _table(canvas: Canvas, y: float, title: str, rows: Sequence[tuple[str, str]]) -> float:
    """Write rows under a title, on as many sheets as they need, and return where the next one goes."""
    y = _line(canvas, y - _ROW, title, "", size=12)
    for left, right in rows:
        if y < _FOOT:
            canvas.showPage()
            y = _TOP
        y = _line(canvas, y, left, right, size=9)
    return y


def _number(one: StoryInstallment, plans: Mapping[int, int]) -> str:
    return f"{one.number} / {plans.get(one.purchase_id or 0, '–')}"


def _told(speak: Speaker, one: Movement, plans: Mapping[int, int]) -> str:
    told = f"{speak.short_day(one.business_date)}  {speak.name('movement', one.kind)}"
    if one.kind != "captured" or one.source_id not in plans:
        return told
    return f"{told} · {speak.say('my.in_plan', months=plans[one.source_id])}"


def _head(canvas: Canvas, speak: Speaker, name: str, bill: StatementView) -> float:
    title = speak.say("my.bill_of", month=speak.month(bill.statement_on))
    y = _line(canvas, _TOP, f"{speak.say('site.name')} · {title}", "", size=17)
    y = _line(canvas, y, name, "", size=11)
    on, due = speak.day(bill.statement_on), speak.day(bill.due_on)
    return _line(canvas, y, speak.say("my.bill_dates", on=on, due=due), "", size=10) - _ROW


def _sums(speak: Speaker, bill: StatementView) -> list[tuple[str, int]]:
    return [
        (speak.say("event.previous"), bill.previous_minor),
        (speak.say("event.charged"), bill.charged_minor),
        (speak.say("event.credited"), -bill.credited_minor),
        (speak.say("my.balance"), bill.balance_minor),
        (speak.say("my.minimum"), bill.minimum_minor),
    ]


def _line(canvas: Canvas, y: float, left: str, right: str, *, size: float) -> float:
    """Write a row and return where the next one goes."""
    canvas.setFont(_FONT, size)
    canvas.drawString(_LEFT, y, left)
    canvas.drawRightString(_RIGHT, y, right)
    return y - max(_ROW, size * 1.6)
