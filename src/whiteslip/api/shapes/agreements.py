"""Agreements: what the API takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import Term
from whiteslip.api.bodies import Body, Currency
from whiteslip.api.shapes.quotes import Charge

Version: TypeAlias = Annotated[int, Meta(ge=1, le=10_000, examples=[1])]


class AcceptanceBody(Body, frozen=True):
    """The customer accepts the version in force, having been shown it."""

    version: Version
    agreement: Literal["credit-agreement"] = "credit-agreement"


class AgreementListed(Struct, frozen=True):
    """A version in force; the checksum is that of the text as published."""

    agreement: str
    version: int
    title_zh: str
    title_en: str
    published_on: date
    needs_acceptance: bool
    notice_days: int
    checksum: str


class Agreements(Struct, frozen=True):
    """The version of each agreement that is in force for new acceptances."""

    agreements: list[AgreementListed]


class ClauseText(Struct, frozen=True):
    """A clause with its figures."""

    number: int
    heading: str
    text: str


class AgreementText(Struct, frozen=True):
    """A version in full; its figures are those of `product_version`."""

    agreement: str
    version: int
    is_in_force: bool
    language: str
    title: str
    changes: str | None
    product: str
    product_version: int
    published_on: date
    needs_acceptance: bool
    notice_days: int
    checksum: str
    clauses: list[ClauseText]
    text: str


class AgreementAccepted(Struct, frozen=True):
    """A version now binds the line; accepting it again answers what was said first."""

    line_id: str
    agreement: str
    version: int
    accepted_on: date
    accepted_at: datetime


class LineAgreement(Struct, frozen=True):
    """A version that was accepted, or told of: it takes effect on `effective_on`, or waits to be accepted."""

    agreement: str
    version: int
    title_zh: str
    title_en: str
    is_binding: bool
    accepted_at: datetime | None
    accepted_on: date | None
    how: str | None
    actor: str | None
    announced_on: date | None
    effective_on: date | None


class LineAgreements(Struct, frozen=True):
    """What a line stands under; the figures of its agreement are those of its product version."""

    line_id: str
    product: str
    product_version: int
    agreements: list[LineAgreement]


class PlanAgreement(Struct, frozen=True):
    """What was agreed when a purchase was made in a plan: as figures, as clauses, and as one text."""

    purchase_id: str
    agreement: str
    version: int
    agreed_at: datetime
    language: str
    title: str
    product: str
    product_version: int
    months: int
    monthly_fee_ppm: int
    charge: Charge
    annual_cost_ppm_simple: int
    annual_cost_ppm_compound: int
    principal_minor: int
    fee_minor: int
    total_minor: int
    installments: list[Term]
    clauses: list[ClauseText]
    text: str
    currency: Currency = "CNY"
