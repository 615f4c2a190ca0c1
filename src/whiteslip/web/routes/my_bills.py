"""A customer's statements, each with what it is made of, to read and to keep."""

from __future__ import annotations

from datetime import date

from whiteslip.flows.split_statement import Split, quote_splits
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.views import customers, statements
from whiteslip.views import customers_api as people
from whiteslip.views.customers import Wanted
from whiteslip.web import mine, statement_paper
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.statement_paper import Bill
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, File, Visit

routes = Routes("my")
BILLS_A_PAGE, MOST_MOVEMENTS = 24, 500
OWN = frozenset(
    {"receivable_principal", "receivable_fee", "receivable_late_fee", "customer_credit"}
)
"""The accounts in which a customer's debt and money stand; holds and what shops pay are none of a bill."""


@routes.page("/my/bills", sees=shopper(), nav="bills", order=11)
def list_bills(visit: Visit) -> Answer:
    """List statements, the newest first."""
    line = mine.key_of(visit.db, visit.customer_id)
    found = statements.of_line(visit.db, *line, before=date.max, limit=BILLS_A_PAGE)
    return visit.show("my/bills.html", bills=found)


@routes.page("/my/bills/{day}", sees=shopper(), owner=Owner.NOBODY)
def show_bill(visit: Visit) -> Answer:
    """Show a statement of the customer who is signed in, and every movement in it."""
    bill = _bill(visit)
    return visit.show(
        "my/bill.html",
        bill=bill.view,
        movements=bill.movements,
        parts=bill.parts,
        plans=bill.plans,
        may_split=bill.view.statement_on == _latest_on(visit) and bool(_quotes(visit)),
    )


@routes.page("/my/bills/{day}/paper", sees=shopper(), owner=Owner.NOBODY, is_file=True)
def keep_bill(visit: Visit) -> Answer:
    """Write a statement as a PDF."""
    bill = _bill(visit)
    person = people.find_customer(visit.db, visit.customer_id, visit.ring)
    name = "" if person is None else person.display_name
    body = statement_paper.write(visit.speak, name, bill)
    return File(f"whiteslip-{bill.view.statement_on}.pdf", "application/pdf", body)


def _bill(visit: Visit) -> Bill:
    try:
        on = date.fromisoformat(visit.text("day"))
    except ValueError as error:
        raise NotFound("there is no such statement") from error
    line = mine.key_of(visit.db, visit.customer_id)
    bill = statements.find(visit.db, *line, on)
    if bill is None:
        raise NotFound("there is no such statement")
    before = statements.of_line(visit.db, *line, before=on, limit=1)
    since = before[0].statement_on if before else None
    wanted = Wanted(None, "", None if since is None else _after(since), on, ids.MAX_ID)
    journal = customers.journal(
        visit.db, visit.customer_id, wanted, limit=MOST_MOVEMENTS, ring=visit.ring
    )
    story = customers.tell(visit.db, visit.customer_id)
    if journal is None or story is None:
        raise NotFound("there is no such statement")
    own = tuple(one for one in journal.movements if OWN & {one.debit, one.credit})
    parts = tuple(
        one for one in story.installments if one.kind == "plan" and one.statement_on == on
    )
    plans = {one.purchase_id: one.plan_months for one in story.purchases if one.plan_months}
    return Bill(bill, own, parts, plans)


def _latest_on(visit: Visit) -> date:
    line = mine.key_of(visit.db, visit.customer_id)
    return statements.of_line(visit.db, *line, before=date.max, limit=1)[0].statement_on


def _quotes(visit: Visit) -> list[Split]:
    """List what the latest statement may be turned into."""
    quotes = quote_splits(visit.db, mine.key_of(visit.db, visit.customer_id)).values()
    return [one for one in quotes if isinstance(one, Split)]


def _after(on: date) -> date:
    return date.fromordinal(on.toordinal() + 1)
