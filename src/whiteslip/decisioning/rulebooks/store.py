"""Publishing rule books and reading the live one; a parsed book is kept for the process."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from importlib import resources

from whiteslip.decisioning.rulebooks import analysis
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, InvariantBroken, NotFound
from whiteslip.kernel.reason import ReasonCode

sql = Sql(__package__)
_parsed: dict[tuple[str, int, str], RuleBook] = {}


def shipped(name: str) -> str:
    """Return the text of a book that comes with the program: "watch", "checkout"."""
    file = resources.files(__package__ or "") / "data" / f"{name}.toml"
    if not name.isidentifier() or not file.is_file():
        raise NotFound(f"no rule book {name!r} comes with the program")
    return file.read_text("utf-8")


def publish(
    db: Connection,
    book: RuleBook,
    *,
    at: datetime,
    explained: Collection[ReasonCode] = tuple(ReasonCode),
) -> None:
    """Make this version of a book the live one, and retire the one before.

    Every refusal of the analysis is `InvalidInput`. `explained` are the reasons with a text for
    customers; who does not pass them has checked them already. The live version again changes
    nothing; an older one becomes live again; another body under a used version is `Conflict`.
    """
    book = analysis.accept(book.body, file=f"{book.name}.toml", explained=explained)
    checksum = checksum_of(book.body)
    sql.many(db, "bar_name", book=book.name)
    found = sql.maybe(db, "find_version", book=book.name, version=book.version)
    if found is not None and found.checksum != checksum:
        raise Conflict(f"version {book.version} of {book.name} is published with other rules")
    if found is not None and found.status == "live":
        return
    sql.run(db, "retire_live", book=book.name)
    sql.run(
        db,
        "publish_book",
        book=book.name,
        version=book.version,
        body=book.body,
        checksum=checksum,
        at=at,
    )


def live(db: Connection, name: str) -> RuleBook:
    """Return the live version of a book; the same object as long as it stays live."""
    row = sql.maybe(db, "find_live", book=name)
    if row is None:
        raise NotFound(f"no rule book {name!r} is live")
    key = (name, row.version, row.checksum)
    if (book := _parsed.get(key)) is None:
        body = sql.one(db, "read_body", book=name, version=row.version).body
        book = _parsed[key] = _parse(*key, body)
    return book


def checksum_of(body: str) -> str:
    """Return the SHA-256 of a body, in hex."""
    return sha256(body.encode()).hexdigest()


def _parse(name: str, version: int, checksum: str, body: str) -> RuleBook:
    book, problems = read(body, file=f"{name} {version}")
    if book is None or checksum_of(body) != checksum:
        raise InvariantBroken(f"rule book {name} {version} is not as it was published: {problems}")
    return book
