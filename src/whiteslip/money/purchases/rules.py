"""What may happen to a purchase: authorize in sequence on a line, capture, void, refund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from whiteslip.kernel import ids
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.money import MAX_MINOR, decimal_text
from whiteslip.money.disclosures.model import Disclosure
from whiteslip.money.disclosures.rules import check_confirmed, disclose
from whiteslip.money.products.costs import check_cap
from whiteslip.money.products.model import Product
from whiteslip.money.purchases.model import Purchase, PurchaseRequest, Standing, Step


def mistake(
    request: PurchaseRequest, standing: Standing, product: Product | None, *, at: datetime
) -> WhiteslipError | None:
    """Name what makes a request no request at all; that is the caller's mistake, not a refusal of credit."""
    if product is None:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    if standing.merchant_status != "open":
        if standing.merchant_status is None:
            return NotFound(f"there is no merchant {request.merchant_id}")
        return Conflict(f"merchant {request.merchant_id} is closed")
    if not 0 < request.amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    if request.plan_months and (error := _plan_mistake(request, product)):
        return error
    if not (request.plan_months or request.quote_version or request.shown_at):
        return None
    told = told_of(request, standing, product)
    error = check_confirmed(told, request.quote_version, request.shown_at, at=at)
    return error or (check_cap(told.cost, product) if request.plan_months else None)


def told_of(request: PurchaseRequest, standing: Standing, product: Product) -> Disclosure:
    """Say what is agreed to with a request that is no mistake so far."""
    return disclose(
        request.amount_minor,
        product,
        request.plan_months,
        statement_day=standing.statement_day,
        on=standing.current_on,
    )


def _plan_mistake(request: PurchaseRequest, product: Product) -> InvalidInput | None:
    if product.plan(request.plan_months) is None:
        offered = ", ".join(str(plan.months) for plan in product.plans) or "none"
        return InvalidInput(
            f"no plan of {request.plan_months} months is offered; offered: {offered}",
            where="plan_months",
        )
    if request.amount_minor < product.plan_minimum_minor:
        least = decimal_text(product.plan_minimum_minor)
        return InvalidInput(f"a plan splits at least {least}", where="amount_minor")
    return None


def find(
    standing: Mapping[OwnedId, Purchase], id_: OwnedId, *, merchant_id: int | None
) -> Purchase | NotFound:
    """Find a purchase that is the merchant's own; None stands for whoever may see every merchant's."""
    purchase = standing.get(id_)
    if purchase is None or merchant_id not in (None, purchase.merchant_id):
        return NotFound(f"there is no purchase {ids.write('pur', *id_)}")
    return purchase


class CaptureOrder(NamedTuple):
    """Capture an amount (None: all that is held) and, if final, release the rest."""

    amount_minor: int | None
    final: bool


def capture(purchase: Purchase, order: CaptureOrder) -> tuple[int, int] | WhiteslipError:
    """Return what is captured and what is released, or why nothing can be."""
    if purchase.status != "authorized":
        return Conflict(
            f"the purchase is {purchase.status}: nothing is held that could be captured"
        )
    amount_minor = purchase.held_minor if order.amount_minor is None else order.amount_minor
    if amount_minor <= 0:
        return InvalidInput("an amount is positive", where="amount_minor")
    if amount_minor > purchase.held_minor:
        held = decimal_text(purchase.held_minor)
        return Conflict(f"only {held} of the purchase is still held")
    return amount_minor, (purchase.held_minor - amount_minor if order.final else 0)


def void(purchase: Purchase) -> int | WhiteslipError:
    """Return what is released, or why nothing can be."""
    if purchase.status != "authorized":
        return Conflict(f"the purchase is {purchase.status}: nothing is held that could be voided")
    return purchase.held_minor


def refundable(purchase: Purchase, amount_minor: int) -> WhiteslipError | None:
    """Name why an amount cannot be refunded."""
    if not 0 < amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    if amount_minor > purchase.refundable_minor:
        left = decimal_text(purchase.refundable_minor)
        return Conflict(f"only {left} of the purchase is captured and not refunded yet")
    return None


def moved(purchase: Purchase, *, captured_minor: int, released_minor: int) -> Step:
    """Say how a capture or a release leaves a purchase."""
    done = captured_minor + released_minor == purchase.held_minor
    anything = purchase.captured_minor + captured_minor > 0
    status = ("captured" if anything else "voided") if done else "authorized"
    return Step(
        purchase.customer_id, purchase.purchase_id, captured_minor, released_minor, 0, status
    )


def merge(steps: Iterable[Step]) -> list[Step]:
    """Add the steps of each purchase up; the last one says its status."""
    merged: dict[tuple[int, int], Step] = {}
    for step in steps:
        before = merged.get(step[:2])
        merged[step[:2]] = (
            step
            if before is None
            else step._replace(
                captured_minor=before.captured_minor + step.captured_minor,
                released_minor=before.released_minor + step.released_minor,
                refunded_minor=before.refunded_minor + step.refunded_minor,
            )
        )
    return list(merged.values())
