"""Publishing agreements and reading them back, acceptances, announcements, and opening lines under a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from whiteslip.credit.agreements.model import (
    Acceptance,
    Agreement,
    Announcement,
    Citable,
    How,
    Name,
    Published,
    Subject,
)
from whiteslip.credit.agreements.reading import read
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, NotFound, invariant
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import insert_lines

sql = Sql(__package__)
NOTHING = Citable(frozenset(), frozenset())


def shipped() -> tuple[str, ...]:
    """Return the agreements that come with the program, the versions of each in order."""
    folder = resources.files(__package__ or "") / "data"
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(texts, key=lambda text: read(text)[1:3]))


def publish(
    db: Connection, text: str, *, citable: Citable, by: str, on: date, at: datetime
) -> Agreement:
    """Publish the next version; the same text again changes nothing, another one under its number is a conflict.

    A credit agreement must name a clause for all of `citable`; a plan agreement is cited by nothing.
    """
    sql.many(db, "bar_agreements")
    draft = read(text)
    versions = {
        one.agreement.version: terms
        for one, terms in _published(db)
        if one.agreement.name is draft.name
    }
    if draft.version in versions:
        if versions[draft.version] != text:
            raise Conflict(f"version {draft.version} of the {draft.name} is published as it was")
        return version_of(db, draft.name, draft.version).agreement
    if draft.version != max(versions, default=0) + 1:
        raise Conflict(f"the next version of the {draft.name} is {max(versions, default=0) + 1}")
    read(text, citable=citable if draft.name is Name.CREDIT else NOTHING)
    row = sql.one(
        db,
        "publish_agreement",
        name=draft.name,
        version=draft.version,
        terms=text,
        published_by=by,
        published_on=on,
        published_at=at,
    )
    return draft._replace(agreement_id=row.agreement_id)


def published(db: Connection) -> list[Published]:
    """List every published version, the newest of each agreement last."""
    return [one for one, _ in _published(db)]


def version_of(db: Connection, name: str, version: int) -> Published:
    """Return a published version."""
    for one in published(db):
        if one.agreement.name == name and one.agreement.version == version:
            return one
    raise NotFound(f"there is no version {version} of an agreement {name!r}")


def live(db: Connection, name: Name) -> Agreement:
    """Return the version in force for new acceptances: the newest."""
    versions = [one.agreement for one in published(db) if one.agreement.name is name]
    if not versions:
        raise NotFound(f"no {name} is published; whiteslip migrate completes the book")
    return versions[-1]


def open_lines(db: Connection, lines: Sequence[Line], accepted: Sequence[Acceptance]) -> None:
    """Write new lines, each with the acceptance it is opened under; nothing else may write one."""
    agreed = [LineKey(one.customer_id, one.subject_id) for one in accepted]
    is_agreed = agreed == [line.key for line in lines]
    invariant(is_agreed, "a line is opened under an agreement that was accepted for it")
    insert_lines(db, lines)
    insert_acceptances(db, accepted)


def insert_acceptances(db: Connection, accepted: Sequence[Acceptance]) -> int:
    """Keep acceptances and return how many are new; what was accepted before stays as it was said then."""
    if not accepted:
        return 0
    return sql.run(
        db,
        "insert_acceptances",
        customer_ids=arrays.bigints([one.customer_id for one in accepted]),
        subject_ids=arrays.bigints([one.subject_id for one in accepted]),
        subjects=arrays.texts([one.subject for one in accepted]),
        agreement_ids=arrays.ints([one.agreement_id for one in accepted]),
        accepted_ons=arrays.dates([one.accepted_on for one in accepted]),
        accepted_ats=arrays.timestamps([one.accepted_at for one in accepted]),
        hows=arrays.texts([one.how for one in accepted]),
        actors=arrays.texts([one.actor for one in accepted]),
    )


def accept_for_book(db: Connection, agreement: Agreement, *, actor: str, at: datetime) -> int:
    """Accept a version for every line and open application that has none; the owner of the book answers for it."""
    return sql.run(
        db,
        "accept_for_book",
        agreement_id=agreement.agreement_id,
        actor=actor,
        accepted_at=at,
    )


def read_acceptances(
    db: Connection, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[Acceptance]]:
    """Read what was accepted for lines or applications, the oldest version first."""
    wanted = sorted(set(keys))
    rows = sql.many(
        db,
        "read_acceptances",
        customer_ids=arrays.bigints([key[0] for key in wanted]),
        subject_ids=arrays.bigints([key[1] for key in wanted]),
    )
    found: dict[tuple[int, int], list[Acceptance]] = {}
    for row in rows:
        one = Acceptance(*row)._replace(subject=Subject(row.subject), how=How(row.how))
        found.setdefault((one.customer_id, one.subject_id), []).append(one)
    return found


def read_binding(
    db: Connection, keys: Iterable[LineKey], *, on: date
) -> Mapping[LineKey, Agreement]:
    """Find the credit agreement that binds each line on a date; a line that accepted none has none."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = sql.many(
        db,
        "read_binding",
        customer_ids=arrays.bigints([key.customer_id for key in wanted]),
        line_ids=arrays.bigints([key.line_id for key in wanted]),
        name=Name.CREDIT,
        on=on,
    )
    known = {one.agreement.agreement_id: one.agreement for one in published(db)} if rows else {}
    return {LineKey(row.customer_id, row.line_id): known[row.agreement_id] for row in rows}


def find_untold(
    db: Connection, agreement: Agreement, *, after: LineKey, most: int
) -> list[LineKey]:
    """Find lines after a key that neither accepted a version nor were told of it, in order."""
    rows = sql.many(
        db,
        "find_untold",
        agreement_id=agreement.agreement_id,
        after_customer=after.customer_id,
        after_line=after.line_id,
        most=most,
    )
    return [LineKey(*row) for row in rows]


def insert_announcements(
    db: Connection, announced: Sequence[Announcement], *, on: date
) -> set[LineKey]:
    """Keep that owners are told of a version; returns the lines that nobody had told before."""
    rows = sql.many(
        db,
        "insert_announcements",
        customer_ids=arrays.bigints([one.customer_id for one in announced]),
        line_ids=arrays.bigints([one.line_id for one in announced]),
        agreement_ids=arrays.ints([one.agreement_id for one in announced]),
        notice_ids=arrays.bigints([one.notice_id for one in announced]),
        effective_ons=arrays.dates([one.effective_on for one in announced]),
        announced_on=on,
    )
    return {LineKey(*row) for row in rows}


def find_unagreed(db: Connection) -> list[Any]:
    """Find lines whose owner accepted no agreement, the first few."""
    return sql.many(db, "find_unagreed")


def _published(db: Connection) -> list[tuple[Published, str]]:
    return [
        (
            Published(
                _parsed(row.terms, row.agreement_id),
                row.published_on,
                row.published_at,
                row.checksum,
            ),
            row.terms,
        )
        for row in sql.many(db, "read_published")
    ]


@lru_cache(maxsize=256)
def _parsed(terms: str, agreement_id: int) -> Agreement:
    return read(terms, agreement_id=agreement_id)
