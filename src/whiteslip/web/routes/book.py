"""The desk of the book: the whole of it, its people, a person's story, and the movements behind each number."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import book as books
from whiteslip.views import customers
from whiteslip.views.closings import Closing
from whiteslip.web import charts, timeline
from whiteslip.web.rendering import words
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("book")
BOOK = staff(Role.BOOK)
PEOPLE = staff(Role.BOOK, Role.RISK, Role.REVIEWS, Role.CARE)
PEOPLE_ON_BOOK, PEOPLE_A_PAGE, MOVEMENTS_A_PAGE = 12, 50, 100
STANDINGS = ("all", "overdue", "restricted")
_Id = Annotated[int, Meta(ge=1, le=MAX_ID)]


class Search(Struct, frozen=True):
    """Which people to list."""

    q: Annotated[str, Meta(max_length=80)] = ""
    standing: str = "all"
    before: _Id = MAX_ID


class Order(Struct, frozen=True):
    """In which order to tell a story."""

    order: str = "newest"


class Selection(Struct, frozen=True):
    """Which movements to list."""

    source: _Id | None = None
    kind: Annotated[str, Meta(max_length=40)] = ""
    since: date | None = None
    until: date | None = None
    before: _Id = MAX_ID


@routes.page("/desk/book", sees=BOOK, nav="book", order=10)
def show_book(visit: Visit) -> Answer:
    """Show the whole book."""
    found = visit.counted("book", lambda: books.show(visit.db))
    book = found.value
    if book is None:
        return visit.show("book/empty.html")
    return visit.show(
        "book/book.html",
        book=book,
        counted_at=found.at,
        people={
            name: visit.counted(
                f"people {name}", partial(_people, visit.db, name, visit.ring)
            ).value
            for name in STANDINGS[1:]
        },
        aging=charts.stack(book.buckets),
        chart=charts.flow_chart(book.flows),
        explain=timeline.explained,
        steps=_in_order(book.closing),
    )


@routes.page("/desk/book/customers", sees=PEOPLE, nav="people", order=11)
def list_customers(visit: Visit) -> Answer:
    """List people; a search that finds one opens it."""
    search = visit.asked(Search)
    wanted = search.q.strip()
    chosen = search.standing if search.standing in STANDINGS else "all"
    if wanted.startswith("cus_"):
        number = ids.read_one(wanted, "cus")
        return visit.go(visit.speak.link(f"/desk/book/customers/cus_{number}"))
    rows = books.list_people(
        visit.db,
        wanted=wanted,
        standing=chosen,
        before=search.before,
        limit=PEOPLE_A_PAGE + 1,
        ring=visit.ring,
    )
    return visit.show(
        "book/people.html",
        rows=rows[:PEOPLE_A_PAGE],
        following=rows[PEOPLE_A_PAGE - 1].customer_id if len(rows) > PEOPLE_A_PAGE else None,
        wanted=wanted,
        standing=chosen,
        standings=STANDINGS,
    )


@routes.page("/desk/book/customers/{cus}", sees=PEOPLE, owner=Owner.NOBODY)
def show_customer(visit: Visit) -> Answer:
    """Show where a customer's line stands, and how it came to that."""
    number = visit.number("cus")
    newest_first = visit.asked(Order).order != "oldest"
    told = customers.tell(visit.db, number, visit.ring)
    if told is None:
        raise NotFound("there is no such customer")
    return visit.show(
        "book/customer.html",
        story=told,
        address=f"/desk/book/customers/{ids.write('cus', number)}",
        standing=timeline.standing(told),
        months=timeline.months(told, newest_first=newest_first),
        newest_first=newest_first,
    )


@routes.page("/desk/book/customers/{cus}/journal", sees=PEOPLE, owner=Owner.NOBODY)
def show_journal(visit: Visit) -> Answer:
    """Show the movements behind a number."""
    asked = visit.asked(Selection)
    wanted = customers.Wanted(asked.source, asked.kind, asked.since, asked.until, asked.before)
    journal = customers.journal(
        visit.db, visit.number("cus"), wanted, limit=MOVEMENTS_A_PAGE + 1, ring=visit.ring
    )
    if journal is None:
        raise NotFound("there is no such customer")
    rows = journal.movements[:MOVEMENTS_A_PAGE]
    more = len(journal.movements) > MOVEMENTS_A_PAGE
    return visit.show(
        "book/journal.html",
        journal=journal,
        rows=rows,
        wanted=wanted,
        following=rows[-1].movement_id if more else None,
    )


def _people(db: Connection, standing: str, ring: Keyring | None) -> list[books.PersonRow]:
    return books.list_people(
        db, wanted="", standing=standing, before=MAX_ID, limit=PEOPLE_ON_BOOK, ring=ring
    )


def _in_order(closing: Closing | None) -> list[tuple[str, float]]:
    """Order steps as they run: the words name them in that order, a stored report in none."""
    spent = {} if closing is None else closing.step_ms
    known = [key.removeprefix("steps.") for key in words() if key.startswith("steps.")]
    ordered = [name for name in known if name in spent]
    return [(name, spent[name]) for name in (*ordered, *sorted(spent.keys() - set(known)))]
