"""Agreements as they are read: a version in full, what a line accepted, what a plan says, and the clauses of fees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from whiteslip.credit.agreements import figures, rules
from whiteslip.credit.agreements.figures import PLAN_FIGURES, Plan
from whiteslip.credit.agreements.model import (
    FEES,
    Agreement,
    FilledClause,
    How,
    Name,
    Published,
    Words,
    fee_of,
)
from whiteslip.credit.agreements.store import published, version_of
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.money import Minor
from whiteslip.money.disclosures.rules import disclose
from whiteslip.money.products.model import Product
from whiteslip.money.products.store import by_id
from whiteslip.money.schedules.model import InstallmentTerms
from whiteslip.money.schedules.rules import installments

sql = Sql(__package__)
_BLANK = Words("______", "______")
_NOTHING_AGREED = frozenset({"declined", "referred"})


class Written(NamedTuple):
    """A version in full, in one language, with the figures of a product."""

    published: Published
    is_in_force: bool
    product: Product
    title: str
    changes: str | None
    clauses: tuple[FilledClause, ...]
    text: str


class Stood(NamedTuple):
    """A version a line's owner accepted or was told of."""

    agreement: Agreement
    accepted_at: datetime | None
    accepted_on: date | None
    how: How | None
    actor: str | None
    announced_on: date | None
    effective_on: date | None
    is_binding: bool


class LineView(NamedTuple):
    """What a line stands under: its product version, and every version accepted or told of, the oldest first."""

    product: str
    product_version: int
    agreements: list[Stood]


class PlanView(NamedTuple):
    """A plan as it was agreed, derived from the purchase and the terms of its line."""

    merchant_id: int
    agreed_at: datetime
    agreement: Agreement
    product: Product
    plan: Plan
    title: str
    clauses: tuple[FilledClause, ...]
    text: str


class FeeView(NamedTuple):
    """A fee of a statement, with the version and the clause it rests on; None where the line accepted none."""

    kind: str
    amount_minor: Minor
    agreement: Agreement | None
    clause: int | None


def everything(db: Connection) -> list[Published]:
    """List every published version, the newest of each agreement last."""
    return published(db)


def in_force(db: Connection) -> list[Published]:
    """List the version of each agreement that is in force for new acceptances."""
    newest = {one.agreement.name: one for one in published(db)}
    return list(newest.values())


def written(
    db: Connection,
    name: str,
    version: int,
    *,
    product: str,
    product_version: int | None,
    language: str,
) -> Written:
    """Write a version out with the figures of a product, its newest version unless one is named."""
    one = version_of(db, name, version)
    terms = _product(db, product, product_version)
    known = figures.of_product(terms) | dict.fromkeys(PLAN_FIGURES, _BLANK)
    agreement, place = one.agreement, rules.LANGUAGES.index(language)
    clauses = rules.fill(agreement, known, language=language)
    title, changes = agreement.title[place], agreement.changes
    return Written(
        one,
        any(newest.agreement == agreement for newest in in_force(db)),
        terms,
        title,
        None if changes is None else changes[place],
        clauses,
        rules.letter(title, clauses),
    )


def of_line(db: Connection, customer_id: int, line_id: int) -> LineView | None:
    """List what a line's owner accepted and was told of, and which version binds today."""
    key = {"customer_id": customer_id, "line_id": line_id}
    terms = sql.maybe(db, "find_line_terms", **key)
    if terms is None:
        return None
    known = _known(db)
    rows = sql.many(db, "list_line_agreements", **key)
    bound = _binding(rows, known, on=terms.current_on)
    stood = [
        Stood(
            known[row.agreement_id],
            row.accepted_at,
            row.accepted_on,
            None if row.how is None else How(row.how),
            row.actor,
            row.announced_on,
            row.effective_on,
            is_binding=row.agreement_id in bound,
        )
        for row in rows
    ]
    return LineView(terms.name, terms.version, stood)


def _binding(rows: Iterable[Any], known: Mapping[int, Agreement], *, on: date) -> set[int]:
    """Find the newest version of each agreement that was accepted, or has taken effect by notice."""
    newest: dict[Name, Agreement] = {}
    for row in rows:
        since = row.accepted_on or row.effective_on
        if since is not None and since <= on:
            newest[known[row.agreement_id].name] = known[row.agreement_id]
    return {agreement.agreement_id for agreement in newest.values()}


def of_purchase(
    db: Connection, customer_id: int, purchase_id: int, *, language: str
) -> PlanView | None:
    """Write out what was agreed when a purchase was made in a plan; None when none was.

    Nothing of it is kept: it follows from the purchase, its captures and the terms of its line, none of which change.
    """
    row = sql.maybe(db, "find_plan", customer_id=customer_id, purchase_id=purchase_id)
    if row is None or row.status in _NOTHING_AGREED:
        return None
    product = by_id(db, {row.product_id})[row.product_id]
    offer = product.plan(row.plan_months)
    if offer is None:
        return None
    day = row.statement_day
    told = disclose(
        row.authorized_minor, product, offer.months, statement_day=day, on=row.authorized_on
    )
    plan = Plan(offer, told.cost, row.order_ref, row.authorized_on, _schedule(row, product))
    agreement = _of_day(published(db), row.authorized_at)
    known = {**figures.of_product(product), **figures.of_plan(plan, product.currency)}
    clauses = rules.fill(agreement, known, language=language)
    title = agreement.title[rules.LANGUAGES.index(language)]
    return PlanView(
        row.merchant_id,
        row.authorized_at,
        agreement,
        product,
        plan,
        title,
        clauses,
        rules.letter(title, clauses),
    )


def fees(
    db: Connection, customer_id: int, line_id: int, statement_ons: Sequence[date]
) -> dict[date, list[FeeView]]:
    """Sum the fees of some statements of a line by kind and by the version of its agreement they rest on."""
    if not statement_ons:
        return {}
    known = _known(db)
    rows = sql.many(
        db,
        "list_statement_fees",
        customer_id=customer_id,
        line_id=line_id,
        statement_ons=arrays.dates(statement_ons),
        kinds=arrays.texts(sorted(FEES)),
        agreement=Name.CREDIT,
    )
    found: dict[date, list[FeeView]] = {}
    for row in rows:
        agreement = None if row.agreement_id is None else known[row.agreement_id]
        cited = None if agreement is None else rules.cite(agreement, fee_of(row.kind))
        clause = None if cited is None else cited.clause
        found.setdefault(row.statement_on, []).append(
            FeeView(row.kind, row.amount_minor, agreement, clause)
        )
    return found


def _schedule(row: Any, product: Product) -> tuple[InstallmentTerms, ...]:
    """Make the installments of what was captured, and of what is still held as if captured on the day it was agreed.

    Of a purchase of which nothing was captured in the end, what was agreed is shown.
    """
    parts = list(zip(row.amounts_minor, row.captured_ons, strict=True))
    held = row.authorized_minor - row.captured_minor - row.released_minor
    rest = held if parts else row.authorized_minor
    parts += [(rest, row.authorized_on)] if rest else []
    rows = [
        one
        for amount_minor, on in parts
        for one in installments(
            amount_minor, product, row.plan_months, statement_day=row.statement_day, on=on
        )
    ]
    return _added_up(rows)


def _added_up(rows: Iterable[InstallmentTerms]) -> tuple[InstallmentTerms, ...]:
    """Add up what is due on one day, numbered in the order of days."""
    dues = groupby(sorted(rows, key=lambda row: row.due_on), key=lambda row: row.due_on)
    added: list[InstallmentTerms] = []
    for number, (due_on, due) in enumerate(dues, start=1):
        same = list(due)
        principal = sum(row.principal_minor for row in same)
        fee = sum(row.fee_minor for row in same)
        added.append(InstallmentTerms(number, principal, fee, same[0].statement_on, due_on))
    return tuple(added)


def _of_day(versions: Iterable[Published], at: datetime) -> Agreement:
    """Find the plan agreement a purchase was confirmed under; one that is older than all of them is under the first."""
    plans = [one for one in versions if one.agreement.name is Name.PLAN]
    if not plans:
        raise NotFound("no plan agreement is published; whiteslip migrate completes the book")
    before = [one for one in plans if one.published_at <= at]
    return (before[-1] if before else plans[0]).agreement


def _known(db: Connection) -> dict[int, Agreement]:
    return {one.agreement.agreement_id: one.agreement for one in published(db)}


def _product(db: Connection, name: str, version: int | None) -> Product:
    row = sql.maybe(db, "find_product", name=name, version=version)
    if row is None:
        what = name if version is None else f"{name}, version {version}"
        raise NotFound(f"there is no product {what}")
    return by_id(db, {row.product_id})[row.product_id]
