"""The whole book on one screen: sums, arrears, restrictions, the last end of day, and people to open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.arrears.model import AssetClass, Bucket
from whiteslip.money.arrears.rules import asset_class, bucket
from whiteslip.money.lines.store import use
from whiteslip.views import closings, names
from whiteslip.views.closings import Closing

sql = Sql(__package__)

STORY_REFERENCE = "story"
"""The reference of the one person whose life a demonstration tells."""
CHART_DAYS = 30


class Totals(NamedTuple):
    """Sums over all lines, in minor units; the book is wholly closed up to `closed_on`."""

    current_on: date
    closed_on: date
    lines: int
    limits_minor: int
    temporary_minor: int
    held_minor: int
    principal_minor: int
    available_minor: int
    credit_minor: int
    outstanding_minor: int
    overdue_minor: int


class Share(NamedTuple):
    """Lines of one bucket or class: how many, what is overdue and all that they owe, in minor units."""

    name: str
    lines: int
    overdue_minor: int
    outstanding_minor: int


class Restricted(NamedTuple):
    """Lines on a level for a reason."""

    level: int
    code: str
    lines: int


class DayFlow(NamedTuple):
    """What was bought and repaid on a day, in minor units."""

    business_date: date
    captured_minor: int
    repaid_minor: int


class PersonRow(NamedTuple):
    """A person in a list; `line_id` is None before a line is opened."""

    customer_id: int
    reference: str
    display_name: str
    line_id: int | None
    limit_minor: int | None
    principal_minor: int | None
    restriction_level: int | None
    days_past_due: int


class Story(NamedTuple):
    """The person of the demonstration."""

    customer_id: int
    display_name: str


class BookView(NamedTuple):
    """All that the book's page shows."""

    totals: Totals
    buckets: tuple[Share, ...]
    classes: tuple[Share, ...]
    restricted: tuple[Restricted, ...]
    closing: Closing | None
    flows: tuple[DayFlow, ...]
    story: Story | None


def show(db: Connection) -> BookView | None:
    """Show the book; None before it is founded."""
    row = sql.maybe(db, "sum_book", restricted_share_ppm=use().restricted_share_ppm)
    if row is None:
        return None
    totals = Totals(*row)
    late = sql.many(db, "list_arrears")
    return BookView(
        totals,
        _shares(totals, late, [(each, bucket(each.days_past_due)) for each in late], tuple(Bucket)),
        _shares(
            totals, late, [(each, asset_class(each.worst_days)) for each in late], tuple(AssetClass)
        ),
        tuple(Restricted(*each) for each in sql.many(db, "count_restricted")),
        next(iter(closings.latest(db, most=1)), None),
        _flows(db, totals.current_on),
        find_story(db),
    )


def find_story(db: Connection) -> Story | None:
    """Find the person of the demonstration; None in any other book."""
    row = sql.maybe(db, "find_reference", reference=STORY_REFERENCE)
    return None if row is None else Story(*row)


def list_people(
    db: Connection,
    *,
    wanted: str,
    standing: str,
    before: int,
    limit: int,
    ring: Keyring | None = None,
) -> list[PersonRow]:
    """List people; `standing` is all, overdue or restricted. Sealed names are found and shown with the master key."""
    rows = sql.many(
        db,
        "list_people",
        wanted=wanted,
        named=names.found(db, wanted, ring),
        standing=standing,
        before=before,
        limit=limit,
    )
    return names.shown(db, [PersonRow(*row) for row in rows], ring)


def _shares(
    totals: Totals, late: Sequence[Any], named: Sequence[tuple[Any, str]], names: Sequence[str]
) -> tuple[Share, ...]:
    """Sum episodes by name; what is not late falls to the first name."""
    first = Share(
        names[0],
        totals.lines - sum(each.lines for each in late),
        0,
        totals.outstanding_minor - sum(each.outstanding_minor for each in late),
    )
    rest = [_sum(name, [each for each, its in named if its == name]) for name in names[1:]]
    return (first, *rest)


def _sum(name: str, found: Sequence[Any]) -> Share:
    return Share(
        name,
        sum(each.lines for each in found),
        sum(each.overdue_minor for each in found),
        sum(each.outstanding_minor for each in found),
    )


def _flows(db: Connection, current_on: date) -> tuple[DayFlow, ...]:
    since = current_on - timedelta(days=CHART_DAYS)
    rows = sql.many(db, "list_daily_flows", since=since, before=current_on)
    known = {row.business_date: DayFlow(*row) for row in rows}
    days = [since + timedelta(days=number) for number in range(CHART_DAYS)]
    return tuple(known.get(day, DayFlow(day, 0, 0)) for day in days)
