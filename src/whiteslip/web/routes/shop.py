"""The pages of a shop; which shop comes from the session, never from the address."""

from __future__ import annotations

from whiteslip.kernel.errors import NotFound
from whiteslip.views import customers_api as people
from whiteslip.web.rights import merchant
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("shop")


@routes.page("/shop", sees=merchant(), nav="shop", order=10)
def show_shop(visit: Visit) -> Answer:
    """Show the shop itself."""
    shop = people.find_merchant(visit.db, visit.merchant_id)
    if shop is None:
        raise NotFound("there is no such shop")
    return visit.show("shop/home.html", shop=shop)
