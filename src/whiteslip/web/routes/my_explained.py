"""Why an installment is what it is, and the life of a purchase, for the customer whose they are."""

from __future__ import annotations

from whiteslip.kernel.errors import NotFound
from whiteslip.views import explanations
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")


@routes.page("/my/installments/{ins}", sees=shopper(), owner=Owner.CUSTOMER)
def show_installment(visit: Visit) -> Answer:
    """Explain an installment in plain words."""
    view = explanations.of_installment(visit.db, *visit.owned("ins"))
    if view is None:
        raise NotFound("there is no such installment")
    return visit.show("my/installment.html", view=view)


@routes.page("/my/purchases/{pur}/life", sees=shopper(), owner=Owner.CUSTOMER)
def show_life(visit: Visit) -> Answer:
    """Tell the life of a purchase."""
    view = explanations.of_purchase(visit.db, *visit.owned("pur"))
    if view is None:
        raise NotFound("there is no such purchase")
    return visit.show("my/life.html", view=view)
