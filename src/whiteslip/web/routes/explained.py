"""Why an installment is what it is, and the life of a purchase, for staff: with every movement that booked them."""

from __future__ import annotations

from whiteslip.kernel.errors import NotFound
from whiteslip.views import explanations
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("book")
PEOPLE = staff(Role.BOOK, Role.RISK, Role.REVIEWS, Role.CARE)
CUSTOMER = "/desk/book/customers/{cus}"


@routes.page(f"{CUSTOMER}/installments/{{ins}}", sees=PEOPLE, owner=Owner.NOBODY)
def show_installment(visit: Visit) -> Answer:
    """Explain an installment of the customer."""
    owned = visit.owned("ins")
    view = explanations.of_installment(visit.db, *owned)
    if view is None or owned.customer_id != visit.number("cus"):
        raise NotFound("there is no such installment")
    return visit.show("book/installment.html", view=view)


@routes.page(f"{CUSTOMER}/purchases/{{pur}}", sees=PEOPLE, owner=Owner.NOBODY)
def show_life(visit: Visit) -> Answer:
    """Tell the life of a purchase of the customer."""
    owned = visit.owned("pur")
    view = explanations.of_purchase(visit.db, *owned)
    if view is None or owned.customer_id != visit.number("cus"):
        raise NotFound("there is no such purchase")
    return visit.show("book/life.html", view=view)
