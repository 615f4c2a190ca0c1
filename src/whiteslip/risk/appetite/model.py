"""Limits, what was measured for a subject, and how the two compare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Measure(StrEnum):
    """What a limit is of; each is a share or a ratio in parts per million."""

    EXPECTED_LOSS = "expected_loss"
    STRESSED_LOSS = "stressed_loss"
    SUSPENDED_A_DAY = "suspended_a_day"
    SUSPENDED = "suspended"
    FALSE_POSITIVE = "false_positive"
    PRODUCT_SHARE = "product_share"
    BAND_SHARE = "band_share"
    MERCHANT_SHARE = "merchant_share"
    LIQUIDITY_COVERAGE = "liquidity_coverage"


class Kind(StrEnum):
    """What is held against the appetite."""

    BOOK = "book"
    DRAFT = "draft"
    RUN = "run"


class Subject(NamedTuple):
    """A subject by name: the book of lines, a version of a rule book, or its run for a date."""

    kind: Kind
    name: str = ""
    version: int = 0
    on: date | None = None

    def __str__(self) -> str:
        if self.kind is Kind.BOOK:
            return "the book"
        named = f"{self.name} {self.version}"
        return named if self.kind is Kind.DRAFT else f"the run of {named} for {self.on}"

    @property
    def key(self) -> str:
        """The one text under which findings and passes are kept."""
        parts = (self.kind, self.name, str(self.version) if self.version else "", self.on or "")
        return ":".join(str(part) for part in parts if part != "")


class Side(StrEnum):
    """On which side of its limit a figure must stay."""

    MOST = "most"
    LEAST = "least"


class WhenUnknown(StrEnum):
    """What a figure that cannot be known means: it refuses like one beyond, or is only said."""

    REFUSE = "refuse"
    SAY = "say"


class Limit(NamedTuple):
    """The most or the least of a measure in ppm; below `least_count` nothing is concluded."""

    measure: Measure
    side: Side
    ppm: int
    least_count: int
    unknown: WhenUnknown
    why: str


class Appetite(NamedTuple):
    """All limits of a version; `scenario` is the stress of `stressed_loss`, `band_edges_minor` cut lines by limit."""

    version: int
    why: str
    scenario: str
    least_mature_ppm: int
    band_edges_minor: tuple[int, ...]
    limits: Mapping[Measure, Limit]


class Why(StrEnum):
    """Why a figure is unknown."""

    ABSENT = "absent"
    NO_BACKTEST = "no_backtest"
    UNREADABLE = "unreadable"
    TOO_FEW = "too_few"
    TOO_YOUNG = "too_young"
    NO_MONTH_END = "no_month_end"


class Figure(NamedTuple):
    """What a measure came to: `hits` of `out_of`, counted over `cases` of them; `part` names what it is of, if not all.

    None in `hits` is a figure that cannot be known, with its cause.
    """

    measure: Measure
    hits: int | None
    out_of: int
    cases: int
    part: str = ""
    why: Why | None = None


class Held(StrEnum):
    """How a figure stands to its limit."""

    WITHIN = "within"
    BEYOND = "beyond"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """A figure held against its limit; `value_ppm` is None where there is none, and so is `why` where it is known."""

    limit: Limit
    held: Held
    value_ppm: int | None
    cases: int
    part: str
    why: Why | None

    @property
    def refuses(self) -> bool:
        """Whether it stands in the way of what was asked."""
        if self.held is Held.UNKNOWN:
            return self.limit.unknown is WhenUnknown.REFUSE
        return self.held is Held.BEYOND


class Pass(NamedTuple):
    """A person's word to go past a finding as it stood: a worse figure is not covered by it."""

    measure: Measure
    value_ppm: int | None
    actor: str
    note: str
    happened_at: datetime


class Checked(NamedTuple):
    """A subject held against the version in force: all findings, those that refuse, and those passed by two people.

    `version` is None where no appetite is in force: then nothing was held against anything.
    """

    subject: Subject
    version: int | None
    findings: tuple[Finding, ...]
    refusing: tuple[Finding, ...] = ()
    passed: tuple[Finding, ...] = ()

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """What could not be known, whether it refuses or not."""
        return tuple(one for one in self.findings if one.held is Held.UNKNOWN)
