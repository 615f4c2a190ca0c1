"""From what flows and views return to what the API answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from whiteslip.api import answers, problems
from whiteslip.api.said import said
from whiteslip.api.shapes import limits, quotes, settlements
from whiteslip.credit.agreements import figures
from whiteslip.flows.capture import Captured, InstallmentTerms
from whiteslip.flows.change_limits import LimitSet
from whiteslip.flows.checkout import Authorized, Declined, Referred
from whiteslip.flows.pay_out_credit import PaidOut
from whiteslip.flows.quote import Quote
from whiteslip.flows.refund import Refunded
from whiteslip.flows.repay import Repaid
from whiteslip.flows.settle_early import Settled
from whiteslip.flows.void import Voided
from whiteslip.infra import metrics
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.money.disclosures.model import LATE_DAYS, Disclosure
from whiteslip.money.lines.model import SUSPENDED_LEVEL
from whiteslip.money.products.model import PlanOffer
from whiteslip.money.purchases.model import OtherWay, Way
from whiteslip.views import reasons
from whiteslip.views.disclosures import DisclosureView

encode = msgspec.json.Encoder().encode
CREATED = 201
OK = 200


def purchases(
    outcomes: Sequence[Authorized | Declined | Referred | WhiteslipError],
) -> list[Response]:
    """Answer a batch of checkouts; a decline is an answer like any other, with its reasons."""
    authorized = sum(type(outcome) is Authorized for outcome in outcomes)
    if authorized:
        metrics.OUTCOMES.labels("authorized").inc(authorized)
    return [_purchase(outcome) for outcome in outcomes]


def _purchase(outcome: Authorized | Declined | Referred | WhiteslipError) -> Response:
    if isinstance(outcome, Authorized):
        customer_id, purchase_id, line_id, amount_minor, available_minor, expires_on = outcome
        answer = answers.Authorized(
            f"pur_{customer_id}_{purchase_id}",
            f"lin_{customer_id}_{line_id}",
            amount_minor,
            available_minor,
            expires_on,
        )
        return Response(CREATED, encode(answer))
    if isinstance(outcome, Declined):
        return Response(CREATED, encode(_declined(outcome)))
    if isinstance(outcome, Referred):
        return Response(CREATED, encode(_referred(outcome)))
    metrics.OUTCOMES.labels("mistake").inc()
    return problems.of_error(outcome)


def _declined(outcome: Declined) -> answers.Declined:
    metrics.OUTCOMES.labels("declined").inc()
    for reason in outcome.reasons:
        metrics.REFUSALS.labels(reason.code.value).inc()
    works = reasons.still_works(SUSPENDED_LEVEL)
    if any(one.way is Way.SMALLER_AMOUNT for one in outcome.other_ways):
        works.append("smaller_amount")
    return answers.Declined(
        ids.write("pur", outcome.customer_id, outcome.purchase_id),
        ids.write("lin", outcome.customer_id, outcome.line_id),
        outcome.amount_minor,
        max(outcome.available_minor, 0),
        said(outcome.reasons),
        works,
        other_ways(outcome.other_ways),
    )


def other_ways(ways: Iterable[OtherWay]) -> list[answers.OtherWay]:
    """Show other ways to pay."""
    return [answers.OtherWay(one.way.value, *one[1:]) for one in ways]


def _referred(outcome: Referred) -> answers.Referred:
    metrics.OUTCOMES.labels("referred").inc()
    return answers.Referred(
        ids.write("pur", outcome.customer_id, outcome.purchase_id),
        ids.write("lin", outcome.customer_id, outcome.line_id),
        outcome.amount_minor,
        outcome.available_minor,
        outcome.needs,
        said(outcome.reasons),
        reasons.still_works(SUSPENDED_LEVEL),
    )


def captured(outcome: Captured | WhiteslipError) -> Response:
    """Answer a capture with the installments it made."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    answer = answers.Captured(
        ids.write("cap", outcome.customer_id, outcome.capture_id),
        ids.write("pur", outcome.customer_id, outcome.purchase_id),
        outcome.amount_minor,
        outcome.captured_minor,
        outcome.status,
        terms(outcome.installments),
    )
    return Response(CREATED, encode(answer))


def voided(outcome: Voided | WhiteslipError) -> Response:
    """Answer a void."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    purchase_id = ids.write("pur", outcome.customer_id, outcome.purchase_id)
    answer = answers.Voided(purchase_id, outcome.released_minor, outcome.status)
    return Response(CREATED, encode(answer))


def refunded(outcome: Refunded | WhiteslipError) -> Response:
    """Answer a refund."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    answer = answers.Refunded(
        ids.write("ref", outcome.customer_id, outcome.refund_id),
        ids.write("pur", outcome.customer_id, outcome.purchase_id),
        outcome.amount_minor,
        outcome.offset_minor,
        outcome.credit_minor,
        [
            answers.ReturnOwed(
                ids.write("rep", outcome.customer_id, one.repayment_id),
                one.method,
                one.amount_minor,
            )
            for one in outcome.returns
        ],
    )
    return Response(CREATED, encode(answer))


def repaid(outcome: Repaid | WhiteslipError) -> Response:
    """Answer a repayment."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    answer = answers.Repaid(
        ids.write("rep", outcome.customer_id, outcome.repayment_id),
        ids.write("lin", outcome.customer_id, outcome.line_id),
        outcome.amount_minor,
        outcome.allocated_minor,
        outcome.credit_minor,
        outcome.restored,
    )
    return Response(CREATED, encode(answer))


def settled(outcome: Settled | WhiteslipError) -> Response:
    """Answer an early settlement."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return Response(CREATED, encode(settlements.settled(outcome)))


def paid_out(outcome: PaidOut | WhiteslipError) -> Response:
    """Answer a payout of a credit balance."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    answer = answers.PaidOut(
        ids.write("pay", outcome.customer_id, outcome.payout_id),
        ids.write("lin", outcome.customer_id, outcome.line_id),
        outcome.amount_minor,
        outcome.credit_minor,
    )
    return Response(CREATED, encode(answer))


def limit_set(outcome: LimitSet | WhiteslipError) -> Response:
    """Answer a change of limits."""
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    reviewed = outcome.review_id
    set_now = limits.LimitSet(
        ids.write("lin", outcome.customer_id, outcome.line_id),
        outcome.fixed_limit_minor,
        outcome.temporary_limit_minor,
        outcome.available_minor,
        limit_review_id=None
        if reviewed is None
        else ids.write("lmr", outcome.customer_id, reviewed),
        next_limit_minor=outcome.next_limit_minor,
        effective_on=outcome.effective_on,
    )
    return Response(CREATED, encode(set_now))


def terms(installments: Iterable[InstallmentTerms]) -> list[answers.Term]:
    """Show installments as they were agreed."""
    return [
        answers.Term(
            term.number, term.principal_minor, term.fee_minor, term.statement_on, term.due_on
        )
        for term in installments
    ]


def charge(offer: PlanOffer) -> quotes.Charge:
    """Show what a plan charges."""
    words = answers.Words(*figures.charge(offer))
    day_count = None if offer.day_count is None else offer.day_count.value
    return quotes.Charge(
        offer.method.value, offer.monthly_fee_ppm, offer.annual_ppm, day_count, words
    )


def if_late(told: Disclosure) -> quotes.IfLate:
    """Show what a default costs."""
    return quotes.IfLate(told.late_fee_ppm, told.grace_days, LATE_DAYS, told.late_example_minor)


def quoted(outcome: Quote, *, at: datetime) -> Response:
    """Answer a question about costs."""
    told = outcome.told
    quote = quotes.Quote(
        plan_months=outcome.plan_months,
        principal_minor=outcome.principal_minor,
        fee_minor=outcome.fee_minor,
        total_minor=outcome.total_minor,
        annual_cost_ppm_simple=told.cost.simple_ppm,
        annual_cost_ppm_compound=told.cost.compound_ppm,
        annual_cap_ppm=told.cap_ppm,
        cap_basis=told.cap_basis.value,
        charge=None if told.offer is None else charge(told.offer),
        if_late=if_late(told),
        available_minor=outcome.available_minor,
        installments=terms(outcome.installments),
        reasons=said(outcome.reasons),
        version=told.version,
        quoted_at=at,
    )
    return Response(CREATED, encode(quote))


def disclosed(purchase_id: str, row: DisclosureView) -> quotes.Disclosure:
    """Show what was agreed to with a plan."""
    told, product = row.agreed, row.product
    if told.offer is None:
        raise InvariantBroken("what was agreed to with a plan is no plan of its product")
    return quotes.Disclosure(
        purchase_id=purchase_id,
        version=told.version,
        is_named=row.is_named,
        shown_at=row.shown_at,
        confirmed_at=row.confirmed_at,
        disclosed_on=told.on,
        product=product.name,
        product_version=product.version,
        months=told.months,
        principal_minor=told.principal_minor,
        fee_minor=told.fee_minor,
        total_minor=told.total_minor,
        annual_cost_ppm_simple=told.cost.simple_ppm,
        annual_cost_ppm_compound=told.cost.compound_ppm,
        annual_cap_ppm=told.cap_ppm,
        cap_basis=told.cap_basis.value,
        charge=charge(told.offer),
        if_late=if_late(told),
        installments=terms(told.installments),
    )


def created(public_id: str) -> Response:
    """Answer with the id of what was made."""
    return Response(CREATED, encode(answers.Created(public_id)))


def answer(shown: msgspec.Struct, *, status: int = CREATED) -> Response:
    """Answer with a struct."""
    return Response(status, encode(shown))
