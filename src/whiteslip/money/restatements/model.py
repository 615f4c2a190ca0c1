"""What a restatement is for."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.kernel.money import Minor


class Correction(NamedTuple):
    """Why a line's life is lived again: a repayment reversed, or one that counts from an earlier day."""

    customer_id: int
    line_id: int
    correction_id: int
    repayment_id: int
    value_on: date
    corrected_on: date
    kind: str
    reason: str
    actor: str
    note: str


class Corrected(NamedTuple):
    """What a correction did: how many movements it took back and booked, and by how much debts and credit changed."""

    undone: int
    booked: int
    principal_minor: Minor
    credit_minor: Minor
