"""A customer's own pages; who the customer is comes from the session, never from the address."""

from __future__ import annotations

from whiteslip.kernel.errors import NotFound
from whiteslip.views import customers
from whiteslip.web import timeline
from whiteslip.web.rights import shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")


@routes.page("/my", sees=shopper(), nav="my", order=10)
def show_mine(visit: Visit) -> Answer:
    """Show what can be used, what is owed, and when."""
    story = customers.tell(visit.db, visit.customer_id, visit.ring)
    if story is None:
        raise NotFound("there is no such customer")
    return visit.show(
        "my/home.html",
        customer=story.customer,
        line=story.line,
        dues=timeline.standing(story).dues,
    )
