"""Lives lived again: what the pure rules make of the facts of a line is what the book, and care, say of it."""

from __future__ import annotations

from datetime import date

from whiteslip.care.agreed.store import read_agreed
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.replays.comparing import unlike
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.store import read_past

DUES = b"""
    SELECT due.relief_id, due.installment_id, due.amount_minor, due.due_on FROM care.relief_due AS due
    INNER JOIN care.relief ON relief.customer_id = due.customer_id AND relief.relief_id = due.relief_id
    WHERE (relief.customer_id, relief.line_id) = (%s, %s)
"""


def unlike_lines(db: Connection) -> list[tuple[LineKey, str]]:
    """Live every line again and say where a life is not the book's: rows, movements and credit."""
    keys = [
        LineKey(*row)
        for row in db.execute("SELECT customer_id, line_id FROM money.line").fetchall()
    ]
    said: list[tuple[LineKey, str]] = []
    for key, line in read_lines(db, keys).items():
        reached = business_day.day_reached(db, key.customer_id)
        past = read_past(db, line, reached=reached, agreed=read_agreed(db, line))
        said += [(key, text) for text in unlike(past.life, past.book)]
        if (lived := _lived_dues(past.life)) != (kept := set(db.execute(DUES, key).fetchall())):
            said.append((key, f"agreed dues are {kept - lived}, lived {lived - kept}"))
    return said


def _lived_dues(life: Life) -> set[tuple[int, int, int, date]]:
    return {
        (number, life.rows[due.key].installment_id, due.amount_minor, due.due_on)
        for number, dues in life.redated.items()
        for due in dues
    }
