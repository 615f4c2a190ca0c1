"""A shop's sales: found, captured, called off, and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Struct

from whiteslip.flows.capture import CaptureRequest
from whiteslip.flows.refund import RefundRequest
from whiteslip.flows.void import VoidRequest
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import purchases, shops
from whiteslip.views.purchases import PurchaseView
from whiteslip.web.acting import Acting, Done, Queued
from whiteslip.web.forms import Form, Nothing, Tick, Yuan
from whiteslip.web.rights import Owner, merchant
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("shop")
SALES_A_PAGE = 50
STATES = ("", "authorized", "captured", "voided", "expired", "declined", "referred")


class Search(Struct, frozen=True):
    """Which sales to list."""

    status: Annotated[str, Meta(max_length=20)] = ""
    order: Annotated[str, Meta(max_length=64)] = ""
    before: Annotated[int, Meta(ge=1, le=MAX_ID)] = MAX_ID


class Capture(Form, frozen=True):
    """How much to capture, all that is held unless it is said; the rest may be released."""

    amount: Yuan | None = None
    final: Tick = False


class Refund(Form, frozen=True):
    """How much to give back."""

    amount: Yuan


@routes.page("/shop/sales", sees=merchant(), nav="sales", order=11)
def list_sales(visit: Visit) -> Answer:
    """List the shop's sales."""
    asked = visit.asked(Search)
    status = asked.status if asked.status in STATES else ""
    found = shops.sales(
        visit.db,
        visit.merchant_id,
        status=status,
        order_ref=asked.order.strip(),
        before=asked.before,
        limit=SALES_A_PAGE + 1,
    )
    return visit.show(
        "shop/sales.html",
        rows=found[:SALES_A_PAGE],
        following=found[SALES_A_PAGE - 1].purchase_id if len(found) > SALES_A_PAGE else None,
        states=STATES,
        status=status,
        wanted=asked.order,
    )


@routes.page("/shop/sales/{pur}", sees=merchant(), owner=Owner.MERCHANT)
def show_sale(visit: Visit) -> Answer:
    """Show a sale of the shop and what can be done with it."""
    row = purchases.find(visit.db, *visit.owned("pur"))
    visit.mine(merchant_id=None if row is None else row.merchant_id)
    sale = _known(row)
    held = 0
    if sale.status == "authorized":
        held = sale.authorized_minor - sale.captured_minor - sale.released_minor
    return visit.show(
        "shop/sale.html",
        sale=sale,
        held=held,
        refundable=sale.captured_minor - sale.refunded_minor,
    )


@routes.form(
    "/shop/sales/{pur}/capture",
    Capture,
    sees=merchant(),
    owner=Owner.MERCHANT,
    again=show_sale,
    queued=True,
)
def capture(act: Acting, form: Capture) -> Queued:
    """Capture what is held, or a part: the goods are sent and the customer owes it."""
    owned = act.owned("pur")
    act.mine(merchant_id=act.merchant_id)  # the request names the shop; another's sale is not found
    request = CaptureRequest(*owned, act.merchant_id, form.amount, form.final)
    return Queued("after_sale", request, _said(act, "shop.was_captured"))


@routes.form(
    "/shop/sales/{pur}/void",
    Nothing,
    sees=merchant(),
    owner=Owner.MERCHANT,
    again=show_sale,
    queued=True,
)
def void(act: Acting, _: Nothing) -> Queued:
    """Release what is still held."""
    owned = act.owned("pur")
    act.mine(merchant_id=act.merchant_id)
    return Queued("after_sale", VoidRequest(*owned, act.merchant_id), _said(act, "shop.was_voided"))


@routes.form(
    "/shop/sales/{pur}/refund",
    Refund,
    sees=merchant(),
    owner=Owner.MERCHANT,
    again=show_sale,
    queued=True,
)
def refund(act: Acting, form: Refund) -> Queued:
    """Give a part or all back."""
    owned = act.owned("pur")
    act.mine(merchant_id=act.merchant_id)
    request = RefundRequest(*owned, act.merchant_id, form.amount)
    return Queued("after_sale", request, _said(act, "shop.was_refunded"))


def _said(act: Acting, key: str) -> Callable[[Any], Done]:
    to = f"/shop/sales/{ids.write('pur', *act.owned('pur'))}"

    def done(_: Any) -> Done:
        return Done(to, key)

    return done


def _known(row: PurchaseView | None) -> PurchaseView:
    if row is None:
        raise NotFound("there is no such sale")
    return row
