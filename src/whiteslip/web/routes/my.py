"""A customer's own pages; who the customer is comes from the session, never from the address."""

from __future__ import annotations

from datetime import date

from whiteslip.kernel.errors import NotFound
from whiteslip.views import customers_api as people
from whiteslip.views import lines, restrictions, statements
from whiteslip.views.statements import StatementView
from whiteslip.web import guide, mine
from whiteslip.web.rights import shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
LATEST, _FAR = 3, date.max


@routes.page("/my", sees=shopper(), nav="my", order=10)
def show_mine(visit: Visit) -> Answer:
    """Show what can be used, what is owed, and when."""
    person = people.find_customer(visit.db, visit.customer_id, visit.ring)
    if person is None:
        raise NotFound("there is no such customer")
    if not person.line_ids:
        return visit.show("my/no_line.html", customer=person)
    line = mine.line_of(visit.db, visit.customer_id)
    rows = lines.open_installments(visit.db, visit.customer_id, line.line_id)
    dues = mine.dues(rows, line.current_on)
    bills = statements.of_line(visit.db, visit.customer_id, line.line_id, before=_FAR, limit=LATEST)
    against = restrictions.of_line(visit.db, visit.customer_id, line.line_id)
    return visit.show(
        "my/home.html",
        customer=person,
        line=line,
        claim=mine.claim_of(visit.db, line),
        dues=dues,
        bills=[
            (bill, left) for bill in bills if (left := _minimum_left(bill, dues, line.current_on))
        ],
        calendar=mine.calendar(dues, line.current_on),
        against=[one for one in against if one.in_force >= 2 and one.lifted_on is None],
        guide=guide.of(visit, line) if visit.settings.sandbox else None,
    )


def _minimum_left(bill: StatementView, dues: list[mine.Due], on: date) -> int:
    """Say what of a statement's minimum is still to be paid; nothing once its due date has passed."""
    if bill.due_on < on:
        return 0
    return min(bill.minimum_minor, sum(due.owed_minor for due in dues if due.due_on <= bill.due_on))
