"""What splitting a statement takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import Term
from whiteslip.api.bodies import Body, Currency
from whiteslip.api.shapes.settlements import Version
from whiteslip.flows.split_statement import Split, SplitDone
from whiteslip.kernel import ids

PlanMonths: TypeAlias = Annotated[int, Meta(ge=2, le=60, examples=[12])]


class SplitBody(Body, frozen=True):
    """Turn what the latest statement billed to be paid later into a plan, as quoted."""

    months: PlanMonths
    version: Version


class SplitQuote(Struct, frozen=True):
    """The plan it would become: dates, fees, cost a year in parts per million, the minimum payment before and after."""

    statement_on: date
    months: int
    principal_minor: int
    fee_minor: int
    total_minor: int
    annual_cost_ppm_simple: int
    annual_cost_ppm_compound: int
    installments: list[Term]
    minimum_before_minor: int
    minimum_after_minor: int
    version: str
    currency: Currency = "CNY"


class SplitMade(SplitQuote, frozen=True, kw_only=True):
    """The statement is split."""

    id: str
    line_id: str


def quoted(split: Split) -> SplitQuote:
    """Show a quote."""
    return SplitQuote(*_figures(split))


def made(done: SplitDone) -> SplitMade:
    """Show what was made."""
    return SplitMade(
        *_figures(done.split),
        id=ids.write("spl", done.customer_id, done.split_id),
        line_id=ids.write("lin", done.customer_id, done.line_id),
    )


def _figures(
    split: Split,
) -> tuple[date, int, int, int, int, int, int, list[Term], int, int, str]:
    return (
        split.statement_on,
        split.months,
        split.principal_minor,
        split.fee_minor,
        split.principal_minor + split.fee_minor,
        split.cost.simple_ppm,
        split.cost.compound_ppm,
        [Term(*term) for term in split.installments],
        split.minimum_before_minor,
        split.after.minimum_minor,
        split.version,
    )
