"""A statement as a PDF: one sheet, in the reader's language, with a font every reader of PDF knows for Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from whiteslip.views.customers import Movement
from whiteslip.views.statements import StatementView
from whiteslip.web.rendering import Speaker

_FONT: Final = "STSong-Light"
_LEFT, _RIGHT, _TOP, _FOOT = 56.0, A4[0] - 56.0, A4[1] - 64.0, 64.0
_ROW: Final = 17.0


def write(speak: Speaker, name: str, bill: StatementView, movements: Sequence[Movement]) -> bytes:
    """Write a statement with its movements; the same statement always makes the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1)
    canvas.setTitle(speak.say("my.bill_of", month=speak.month(bill.statement_on)))
    y = _head(canvas, speak, name, bill)
    for label, amount in _sums(speak, bill):
        y = _line(canvas, y, label, speak.amount(amount), size=11)
    y = _line(canvas, y - _ROW, speak.say("my.movements"), "", size=12)
    for one in reversed(movements):
        if y < _FOOT:
            canvas.showPage()
            y = _TOP
        told = f"{speak.short_day(one.business_date)}  {speak.name('movement', one.kind)}"
        y = _line(canvas, y, told, speak.amount(one.amount_minor), size=9)
    canvas.save()
    return made.getvalue()


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
