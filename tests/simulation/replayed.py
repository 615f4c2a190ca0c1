"""Lives lived again: what the pure rules make of the facts of a line is what the book says of it."""

from __future__ import annotations

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.replays.comparing import unlike
from whiteslip.money.replays.store import read_past


def unlike_lines(db: Connection) -> list[tuple[LineKey, str]]:
    """Live every line again and say where a life is not the book's: rows, movements and credit."""
    keys = [
        LineKey(*row)
        for row in db.execute("SELECT customer_id, line_id FROM money.line").fetchall()
    ]
    said: list[tuple[LineKey, str]] = []
    for key, line in read_lines(db, keys).items():
        past = read_past(db, line, reached=business_day.day_reached(db, key.customer_id))
        said += [(key, text) for text in unlike(past.life, past.book)]
    return said
