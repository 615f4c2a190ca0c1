"""Statements: what the API gives."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from whiteslip.api.bodies import Currency


class ClauseCited(Struct, frozen=True):
    """The clause something rests on, in the version of the agreement that bound the line."""

    agreement: str
    version: int
    clause: int


class StatementFee(Struct, frozen=True):
    """The fees of one kind a statement contains; `clause` is null on a line whose owner accepted no agreement."""

    kind: str
    amount_minor: int
    clause: ClauseCited | None


class Statement(Struct, frozen=True):
    """previous + charged - credited = balance; below zero it is the customer's own. Fees are part of the charged."""

    line_id: str
    statement_on: date
    due_on: date
    previous_minor: int
    charged_minor: int
    credited_minor: int
    balance_minor: int
    minimum_minor: int
    fees: list[StatementFee]
    currency: Currency = "CNY"


class Statements(Struct, frozen=True):
    """A page, newest first."""

    statements: list[Statement]
    next: str | None
