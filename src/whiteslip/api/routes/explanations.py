"""Why an installment is what it is, to the last minor unit, and the whole life of a purchase."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import reading
from whiteslip.api.openapi import gives
from whiteslip.api.reading import InstallmentPath, PurchasePath, Read
from whiteslip.api.shapes import explanations as shapes
from whiteslip.kernel import ids
from whiteslip.views import explanations

router = APIRouter()


@router.get(
    "/installments/{installment_id}/explanation",
    tags=["lines"],
    **gives(shapes.Explanation, "not_found"),
)
async def explain_installment(installment_id: InstallmentPath, read: Read) -> HttpResponse:
    """Explain an installment: each line with its formula and numbers, and the movements that booked it."""
    read.needs("lines:read")
    owned = ids.read_owned(installment_id, "ins")
    view = await read.view(lambda db: explanations.of_installment(db, *owned))
    found = reading.found(view, f"installment {installment_id}")
    return reading.show(shapes.explanation(found))


@router.get(
    "/purchases/{purchase_id}/timeline",
    tags=["purchases"],
    **gives(shapes.Timeline, "not_found"),
)
async def tell_purchase(purchase_id: PurchasePath, read: Read) -> HttpResponse:
    """Tell the life of a purchase; it says where repayments came from, so a shop's own key does not see it."""
    read.needs("lines:read")
    owned = ids.read_owned(purchase_id, "pur")
    view = await read.view(lambda db: explanations.of_purchase(db, *owned))
    return reading.show(shapes.timeline(reading.found(view, f"purchase {purchase_id}")))
