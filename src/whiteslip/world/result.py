"""What a replay found, as the report and the JSON tell it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from whiteslip.world.comparison import Comparison
from whiteslip.world.expectation import OUTSTANDING
from whiteslip.world.panel import Ints, Panel
from whiteslip.world.positions import Restricted
from whiteslip.world.profiles import Profile


@dataclass(slots=True)
class Imported:
    """What was brought into the book from the panel."""

    repayments: int = 0
    repaid_minor: int = 0
    purchases: int = 0
    purchased_minor: int = 0
    refunds: int = 0
    refunded_minor: int = 0
    over_limit: int = 0
    """Customer-months in which a purchase left more principal than the limit, as the book counts."""
    over_limit_net: int = 0
    """Those of them whose next bill is above the limit: a credit balance not yet used is taken off."""
    refunds_beyond_purchases: int = 0


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Everything the replay found; positions are customers × statements × measures."""

    panel: Panel
    profile: Profile
    book: Ints
    oracle: Ints
    comparison: Comparison
    imported: Imported
    restrictions: tuple[Restricted, ...]
    book_problems: tuple[str, ...]
    days: int
    phase_seconds: dict[str, float]
    step_seconds: dict[str, float]
    seconds: float

    @property
    def books_balanced(self) -> bool:
        """Whether the check of the books found nothing."""
        return not self.book_problems

    @property
    def faultless(self) -> bool:
        """Whether the books balance and everything agrees."""
        return self.books_balanced and self.comparison.faultless

    @property
    def over_limit_by_month(self) -> list[int]:
        """Customers who owe more than their limit at each statement."""
        over = self.book[:, :, OUTSTANDING] > self.panel.limits_minor[:, None]
        return [int(count) for count in over.sum(axis=0)]

    def as_json(self) -> dict[str, object]:
        """The figures as plain data."""
        panel, comparison = self.panel, self.comparison
        return {
            "profile": self.profile.name,
            "panel_sha256": panel.sha256,
            "panel_complete": panel.complete,
            "customers": panel.customers,
            "statements": comparison.statements,
            "statements_equal": comparison.statements_equal,
            "unexplained": comparison.unexplained,
            "oracle_compared": comparison.oracle_compared,
            "oracle_agrees": comparison.oracle_agrees,
            **comparison.listed(),
            "imported": asdict(self.imported),
            "over_limit": dict(zip(self.month_labels, self.over_limit_by_month, strict=True)),
            "credit_balances": int((panel.bills_minor < 0).sum()),
            "duplicate_rows": panel.duplicate_rows,
            "undocumented_codes": {
                column: {str(code): count for code, count in counts.items()}
                for column, counts in panel.undocumented.items()
            },
            "warnings": list(panel.warnings),
            "restricted": len({each.customer for each in self.restrictions if each.level >= 3}),
            "books_balanced": self.books_balanced,
            "book_problems": list(self.book_problems),
            "days_closed": self.days,
            "seconds": round(self.seconds, 3),
            "phase_seconds": {name: round(s, 3) for name, s in self.phase_seconds.items()},
            "step_seconds": {name: round(s, 3) for name, s in self.step_seconds.items()},
        }

    @property
    def month_labels(self) -> tuple[str, ...]:
        """The months, as tables name them."""
        return tuple(month.label for month in self.profile.months)
