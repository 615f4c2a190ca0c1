"""Small made-up panels in the form of the Taiwan file."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from whiteslip.world import profiles

MONTHS = profiles.load("taiwan").months
HEADER = profiles.load("taiwan").columns
USUAL = {"LIMIT_BAL": 50_000, "SEX": 1, "EDUCATION": 2, "MARRIAGE": 1, "AGE": 30}


def panel_text(customers: Iterable[Mapping[str, object]]) -> str:
    """Write customers as CSV; what is not said is usual, or 0, and ids count from 1."""
    lines = [",".join(HEADER)]
    for number, customer in enumerate(customers, start=1):
        row = {"ID": number, **USUAL, **customer}
        lines.append(",".join(str(row.get(name, 0)) for name in HEADER))
    return "\n".join(lines) + "\n"


def write_panel(folder: Path, text: str, suffix: str = ".csv") -> Path:
    """Write a panel's text to a file, gzipped if the suffix says so."""
    path = folder / f"written{suffix}"
    path.write_bytes(gzip.compress(text.encode()) if suffix.endswith(".gz") else text.encode())
    return path


def history(bills: Sequence[int], payments: Sequence[int] = (), **more: int) -> dict[str, object]:
    """Write a customer's six bills from April on, and payments from May on, as cells."""
    cells: dict[str, object] = {**more}
    for month, bill in zip(MONTHS, bills, strict=True):
        cells[month.bill] = bill
    for month, payment in zip(MONTHS[1:], payments, strict=False):
        cells[month.payment] = payment
    return cells


MIXED = (
    history([3_913, 3_102, 3_000, 2_000, 1_000, 0], [689, 102, 1_500, 1_000, 1_000], PAY_4=1),
    history([-120, 500, 500, 0, 0, 0], [0, 500, 500], PAY_6=-2),
    history([80_000, 79_000, 81_000, 81_000, 81_000, 81_000], [0, 1], PAY_0=4),
    history([1_000, 100, -300, 7, 7, 7], [0, 0, 50]),
    {**history([0, 0, 0, 0, 390, 390]), "default.payment.next.month": 1},
    history([0] * 6),
)
"""One who is late once, credit balances, arrears above the limit, refunds, a newcomer, an idler."""
