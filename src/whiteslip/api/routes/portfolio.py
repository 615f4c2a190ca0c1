"""The portfolio at its month ends: roll rates with the flows of buckets, vintages, and expected losses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import reading
from whiteslip.api.openapi import gives
from whiteslip.api.reading import Read
from whiteslip.api.shapes import portfolio as shapes
from whiteslip.risk.portfolio.effect import Effect, Figure
from whiteslip.risk.portfolio.loss import Losses
from whiteslip.risk.portfolio.model import Vintage
from whiteslip.views import effects
from whiteslip.views import portfolio as views
from whiteslip.views.portfolio import ClassView, RollView

router = APIRouter(prefix="/portfolio", tags=["portfolio"])
SCOPE = "reviews:read"
Until = Annotated[
    date | None, Query(description="As of this month end, which must be kept; the last if not set.")
]
Months = Annotated[
    int, Query(ge=1, le=views.MOST_MONTHS, description="So many months are pooled at most.")
]
Product = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        pattern="^[a-z0-9][a-z0-9-]*$",
        description="The lines of this product only.",
    ),
]
_POLICY = (
    r"^(run:[a-z0-9][a-z0-9-]{0,63}:[0-9]{1,6}:[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|book:[a-z0-9][a-z0-9-]{0,63}:[0-9]{1,6}|reason:[A-Z]{3}-[0-9]{2}|campaign:[0-9]{1,18})$"
)
PolicyName = Annotated[
    str,
    Query(
        max_length=100,
        pattern=_POLICY,
        description="`run:BOOK:VERSION:DATE`, `book:BOOK:VERSION`, `reason:CODE` or `campaign:NUMBER`.",
    ),
]
Against = Annotated[
    str | None,
    Query(max_length=100, pattern=_POLICY, description="Another policy to hold it against."),
]
Since = Annotated[
    date | None, Query(description="Count what began on this day or after; all if not set.")
]


@router.get("/rolls", **gives(shapes.PortfolioRolls, "not_found"))
async def show_rolls(
    read: Read, *, until: Until = None, months: Months = 1, product: Product = None
) -> HttpResponse:
    """Show how lines rolled from bucket to bucket over the last months."""
    read.needs(SCOPE)
    row = await read.view(
        lambda db: views.show_rolls(db, months=months, until=until, product=product)
    )
    return reading.show(_rolls(row))


@router.get("/vintages", **gives(shapes.PortfolioVintages, "not_found"))
async def show_vintages(
    read: Read, *, until: Until = None, product: Product = None
) -> HttpResponse:
    """Show how lines turned out by their month of opening, at 30, 60 and 90 days."""
    read.needs(SCOPE)
    row = await read.view(lambda db: views.show_vintages(db, until=until, product=product))
    return reading.show(
        shapes.PortfolioVintages(row.until, [_vintage(one) for one in row.vintages])
    )


@router.get("/classes", **gives(shapes.PortfolioClasses, "not_found"))
async def show_classes(read: Read, *, until: Until = None, product: Product = None) -> HttpResponse:
    """Show what is owed by asset class and by stage of IFRS 9, and why a line is not in a better one."""
    read.needs(SCOPE)
    row = await read.view(lambda db: views.show_classes(db, until=until, product=product))
    return reading.show(_classes(row))


@router.get("/losses", **gives(shapes.PortfolioLosses, "not_found"))
async def show_losses(read: Read, *, until: Until = None) -> HttpResponse:
    """Show what is expected to be lost by stage of IFRS 9 and product, and what under stress."""
    read.needs(SCOPE)
    row = await read.view(lambda db: views.show_losses(db, until=until))
    scenarios = [_scenario(one) for one in row.losses]
    path = None
    if row.economy is not None:
        found = row.economy
        path = shapes.EconomyPath(found.series, list(found.worsens_ppm), found.unknown)
    return reading.show(shapes.PortfolioLosses(row.until, row.months, path, scenarios))


@router.get("/effect", **gives(shapes.PortfolioEffect, "not_found"))
async def show_effect(
    read: Read, *, policy: PolicyName, against: Against = None, since: Since = None
) -> HttpResponse:
    """Show what a policy did to people, merchants and the platform; what is expected is told apart."""
    read.needs(SCOPE)
    row = await read.view(lambda db: effects.show_effect(db, policy, against=against, since=since))
    beside = None if row.against is None else _effect(row.against)
    return reading.show(
        shapes.PortfolioEffect(_effect(row.effect), beside, _figures(row.difference))
    )


def _effect(one: Effect) -> shapes.PolicyEffect:
    return shapes.PolicyEffect(
        one.policy,
        one.on,
        _figures(one.people),
        _figures(one.merchants),
        _figures(one.platform),
        [shapes.EffectByReason(*each) for each in one.reasons],
    )


def _figures(figures: Sequence[Figure]) -> list[shapes.EffectFigure]:
    return [shapes.EffectFigure(*each) for each in figures]


def _rolls(row: RollView) -> shapes.PortfolioRolls:
    return shapes.PortfolioRolls(
        [shapes.RolledMonth(month.before_on, month.after_on) for month in row.months],
        [shapes.RollRate(*rate) for rate in row.rates],
        [shapes.BucketFlow(*flow) for flow in row.flows],
    )


def _classes(row: ClassView) -> shapes.PortfolioClasses:
    classes, stages, causes = (
        [shapes.ClassSum(*each) for each in sums] for sums in (row.classes, row.stages, row.causes)
    )
    cells = [
        shapes.ClassCell(
            cell.product,
            cell.standing,
            cell.asset_class.label,
            cell.class_why,
            cell.stage,
            cell.stage_why,
            cell.lines,
            cell.owed_minor,
            cell.scored_lines,
        )
        for cell in row.cells
    ]
    return shapes.PortfolioClasses(row.until, row.terms_version, classes, stages, causes, cells)


def _vintage(one: Vintage) -> shapes.VintageCurve:
    points = [shapes.PointOfVintage(*point) for point in one.points]
    return shapes.VintageCurve(one.opened_in, one.lines, one.over_days, points)


def _scenario(one: Losses) -> shapes.ScenarioLoss:
    return shapes.ScenarioLoss(
        one.scenario,
        shapes.LossSum(*one.total),
        [shapes.LossSum(*each) for each in one.stages],
        [shapes.LossSum(*each) for each in one.segments],
        [shapes.LossCell(*cell) for cell in one.cells],
    )
