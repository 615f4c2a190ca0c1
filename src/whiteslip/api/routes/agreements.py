"""Agreements: reading them, what a line accepted, accepting a newer version, and what a plan says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.answers import Term
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, PurchasePath, Read
from whiteslip.api.shapes import agreements as shapes
from whiteslip.api.shapes import quotes
from whiteslip.credit.agreements.model import FilledClause, Name, Published
from whiteslip.flows.keep_agreements import AcceptRequest, accept
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import agreements as views
from whiteslip.views import disclosures
from whiteslip.views.agreements import PlanView, Stood, Written

router = APIRouter(tags=["agreements"])
_WRONG = ("not_found", "conflict")
_WORD = "^[a-z][a-z0-9-]{0,39}$"
NamePath = Annotated[str, Path(pattern=_WORD, examples=["credit-agreement"])]
VersionPath = Annotated[int, Path(ge=1, le=10_000)]
Language = Annotated[Literal["zh", "en"], Query(description="Each is as good as the other.")]
ProductQuery = Annotated[str, Query(pattern=_WORD, description="Whose figures fill the clauses.")]
ProductVersion = Annotated[int | None, Query(ge=1, le=10_000, description="The newest if not set.")]


@router.get("/agreements", **gives(shapes.Agreements))
async def list_agreements(read: Read) -> HttpResponse:
    """List the version of each agreement that is in force for new acceptances."""
    read.needs("lines:read")
    rows = await read.view(views.in_force)
    return reading.show(shapes.Agreements([_listed(row) for row in rows]))


@router.get("/agreements/{name}/{version}", **gives(shapes.AgreementText, "not_found"))
async def show_agreement(
    name: NamePath,
    version: VersionPath,
    read: Read,
    *,
    language: Language = "zh",
    product: ProductQuery = "pay-later",
    product_version: ProductVersion = None,
) -> HttpResponse:
    """Show a published version in full, in force or not, with the figures of a product."""
    read.needs("lines:read")
    row = await read.view(
        lambda db: views.written(
            db,
            name,
            version,
            product=product,
            product_version=product_version,
            language=language,
        )
    )
    return reading.show(_text(row, language))


@router.get("/lines/{line_id}/agreements", **gives(shapes.LineAgreements, "not_found"))
async def list_line_agreements(line_id: LinePath, read: Read) -> HttpResponse:
    """Show which versions a line's owner accepted, when and how, and what was announced."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    row = await read.view(lambda db: views.of_line(db, *line))
    found = reading.found(row, f"line {line_id}")
    stood = [_stood(one) for one in found.agreements]
    return reading.show(shapes.LineAgreements(line_id, found.product, found.product_version, stood))


@router.post(
    "/lines/{line_id}/agreements",
    **posts(shapes.AcceptanceBody, shapes.AgreementAccepted, *_WRONG),
)
async def accept_agreement(line_id: LinePath, posted: Post) -> HttpResponse:
    """Accept the version in force for a line, as its customer."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.AcceptanceBody)
    line = ids.read_owned(line_id, "lin")
    request = AcceptRequest(*line, body.version, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (done,) = accept(db, [request], at=at)
        if isinstance(done, WhiteslipError):
            return problems.of_error(done)
        shown = ids.write("lin", *line)
        return present.answer(
            shapes.AgreementAccepted(
                shown, Name.CREDIT, done.version, done.accepted_on, done.accepted_at
            )
        )

    return await posted.manage(body, act)


@router.get("/purchases/{purchase_id}/agreement", **gives(shapes.PlanAgreement, "not_found"))
async def show_plan_agreement(
    purchase_id: PurchasePath, read: Read, *, language: Language = "zh"
) -> HttpResponse:
    """Show what was agreed when a purchase was made in a plan; a merchant sees its own sales only."""
    read.needs("purchases:read")
    owned = ids.read_owned(purchase_id, "pur")
    row = await read.view(lambda db: views.of_purchase(db, *owned, language=language))
    merchant_id = read.caller.merchant_id
    if row is not None and merchant_id is not None and row.merchant_id != merchant_id:
        row = None
    found = reading.found(row, f"purchase {purchase_id} that was made in a plan")
    return reading.show(_plan(purchase_id, found, language))


@router.get("/purchases/{purchase_id}/disclosure", **gives(quotes.Disclosure, "not_found"))
async def show_disclosure(purchase_id: PurchasePath, read: Read) -> HttpResponse:
    """Show what was agreed to with a plan before it was confirmed; a merchant sees its own sales only."""
    read.needs("purchases:read")
    owned = ids.read_owned(purchase_id, "pur")
    row = await read.view(lambda db: disclosures.find(db, *owned))
    merchant_id = read.caller.merchant_id
    if row is not None and merchant_id is not None and row.merchant_id != merchant_id:
        row = None
    found = reading.found(row, f"purchase {purchase_id} that was made in a plan")
    return reading.show(present.disclosed(purchase_id, found))


def _listed(row: Published) -> shapes.AgreementListed:
    agreement = row.agreement
    return shapes.AgreementListed(
        agreement.name,
        agreement.version,
        agreement.title.zh,
        agreement.title.en,
        row.published_on,
        agreement.needs_acceptance,
        agreement.notice_days,
        row.checksum,
    )


def _text(row: Written, language: str) -> shapes.AgreementText:
    agreement = row.published.agreement
    return shapes.AgreementText(
        agreement=agreement.name,
        version=agreement.version,
        is_in_force=row.is_in_force,
        language=language,
        title=row.title,
        changes=row.changes,
        product=row.product.name,
        product_version=row.product.version,
        published_on=row.published.published_on,
        needs_acceptance=agreement.needs_acceptance,
        notice_days=agreement.notice_days,
        checksum=row.published.checksum,
        clauses=_clauses(row.clauses),
        text=row.text,
    )


def _stood(row: Stood) -> shapes.LineAgreement:
    agreement = row.agreement
    return shapes.LineAgreement(
        agreement=agreement.name,
        version=agreement.version,
        title_zh=agreement.title.zh,
        title_en=agreement.title.en,
        is_binding=row.is_binding,
        accepted_at=row.accepted_at,
        accepted_on=row.accepted_on,
        how=row.how,
        actor=row.actor,
        announced_on=row.announced_on,
        effective_on=row.effective_on,
    )


def _plan(purchase_id: str, row: PlanView, language: str) -> shapes.PlanAgreement:
    plan = row.plan
    return shapes.PlanAgreement(
        purchase_id=purchase_id,
        agreement=row.agreement.name,
        version=row.agreement.version,
        agreed_at=row.agreed_at,
        language=language,
        title=row.title,
        product=row.product.name,
        product_version=row.product.version,
        months=plan.offer.months,
        monthly_fee_ppm=plan.offer.monthly_fee_ppm,
        charge=present.charge(plan.offer),
        annual_cost_ppm_simple=plan.cost.simple_ppm,
        annual_cost_ppm_compound=plan.cost.compound_ppm,
        principal_minor=plan.principal_minor,
        fee_minor=plan.fee_minor,
        total_minor=plan.total_minor,
        installments=[Term(*terms) for terms in plan.installments],
        clauses=_clauses(row.clauses),
        text=row.text,
    )


def _clauses(clauses: Iterable[FilledClause]) -> list[shapes.ClauseText]:
    return [shapes.ClauseText(*clause) for clause in clauses]
