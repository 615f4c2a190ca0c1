"""The assignment table, and an offer."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from whiteslip.kernel.money import Minor


class RiskBand(NamedTuple):
    """A class of risk: it holds up to this probability of default; the last one has no upper end."""

    name: str
    most_probability: float


class Rung(NamedTuple):
    """How much a customer may have at most after so many dues paid on time; `starter_minor` where doubt remains."""

    on_time_dues: int
    limit_minor: Minor
    starter_minor: Minor


class Table(NamedTuple):
    """The parameters as `data/assignment.toml` has them; a cell is found by risk band, then affordability band."""

    version: int
    smallest_minor: Minor
    largest_minor: Minor
    step_minor: Minor
    risk_bands: tuple[RiskBand, ...]
    affordability_bands: tuple[str, ...]
    cells: tuple[tuple[Minor, ...], ...]
    rungs: tuple[Rung, ...]


class Bound(StrEnum):
    """What an offer stops at; a table that gives the best risk no more either stops at capacity."""

    REQUESTED = "requested"
    RISK = "risk"
    CAPACITY = "capacity"
    LADDER = "ladder"
    UNKNOWN = "unknown"


class Offer(NamedTuple):
    """A limit in minor units, 0 for none, and what bounded it."""

    limit_minor: Minor
    bound: Bound
    risk_band: str | None
