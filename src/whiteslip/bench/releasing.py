"""Bringing a model and a watch book into use as people do, for measurements that need them live."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from whiteslip.decisioning.models.model import Model
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.flows import publish_book, publish_model
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput

WRITER: Final = "writer"
SECOND: Final = "second"
THIRD: Final = "third"
"""Three people: one who writes, and two who release what the guard holds back."""


def release_model(db: Connection, model: Model, *, at: datetime) -> None:
    """Register a model, have it approved by another, and release it."""
    publish_model.draft_model(db, model, figures={}, on=at.date(), by=WRITER, at=at)
    publish_model.approve(db, model.name, model.version, by=SECOND, at=at)
    publish_model.release(db, model.name, model.version, by=SECOND, at=at)


def release_book(db: Connection, book: RuleBook, *, at: datetime) -> None:
    """Lead a book through its whole life; what would move too many is released by two people."""
    name, version = book.name, book.version
    checked = publish_book.draft(db, book.body, file=f"{name}.toml", by=WRITER, at=at)
    if checked.problems:
        raise InvalidInput("; ".join(map(str, checked.problems)), where=name)
    publish_book.record_backtest(db, name, version, by=WRITER, evidence={"for": "bench"}, at=at)
    publish_book.approve(db, name, version, by=SECOND, at=at)
    publish_book.start_shadow(db, name, version, by=SECOND, at=at)
    admitted = publish_book.go_live(db, name, version, by=SECOND, at=at)
    for person in (SECOND, THIRD)[: admitted.releases_missing]:
        publish_book.release(db, name, version, by=person, at=at)
