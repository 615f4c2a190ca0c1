"""`whiteslip bench scoring`: one scorecard in ours and in optbinning, and boosted trees beside their own library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.bench import optbinning_card, thirty
from whiteslip.bench.core import Timing, best, median_us, one_core
from whiteslip.decisioning.models import challenger, encoding, serving
from whiteslip.decisioning.models.model import Boosted
from whiteslip.decisioning.rulebooks.model import InputType
from whiteslip.decisioning.samples.model import NumberColumn, Sample
from whiteslip.decisioning.scorecards.fitting import fit
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.kernel.errors import Unavailable
from whiteslip.views.judging import score, score_columns

ROWS: Final = 1_000_000
PEER_ROWS: Final = 200_000
TRAINING_ROWS: Final = 20_000
SINGLES: Final = 2_000
PEER_SINGLES: Final = 100
ROUNDS: Final = 5
VARIABLES: Final = (
    "days_past_due",
    "late_days_12m",
    "failed_debits_90d",
    "months_on_book",
    "enquiries_3m",
    "lenders_elsewhere",
    "limit_minor",
    "income_minor",
    "debts_minor",
    "utilization",
    "utilization_before",
    "night_share",
)
SAME: Final = 1e-9

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class PeerReport:
    """The peer's own scoring of the same card; a score may differ by rounding only."""

    name: str
    rows: int
    rows_per_s: float
    single_us: float
    largest_difference: float


@dataclass(frozen=True, slots=True)
class ScoringReport:
    """What was measured on one core; figures a second are of the best of some rounds, all alike."""

    rows: int
    variables: int
    pinned: str
    rows_per_s: float
    rows_per_core_s: float
    single_us: float
    peer: PeerReport | None
    boosted_trees: int
    boosted_rows: int
    boosted_rows_per_s: float
    booster_rows_per_s: float
    boosted_ratio: float
    """Ours over the library's own, for equal processor time: what encoding and calibration leave."""
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=())

    @property
    def times_peer(self) -> float | None:
        """How many times the peer's rows a second ours are."""
        return round(self.rows_per_s / self.peer.rows_per_s, 1) if self.peer else None

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types; the peer's own figures begin with `peer_`."""
        told: dict[str, Any] = {"bench": "scoring", **asdict(self)}
        peer: dict[str, Any] = told.pop("peer") or {}
        return {
            **told,
            "peer": peer.get("name"),
            "peer_rows_per_s": peer.get("rows_per_s"),
            "peer_single_us": peer.get("single_us"),
            "peer_rows": peer.get("rows"),
            "peer_largest_difference": peer.get("largest_difference"),
            "times_peer": self.times_peer,
        }


def bench_scoring(*, rows: int = ROWS, tell: Callable[[str], None]) -> ScoringReport:
    """Measure a card and boosted trees learned from the same made-up rows."""
    tell(f"drawing {rows:,} rows")
    columns = draw(rows)
    sample = sample_of(columns, min(rows, TRAINING_ROWS))
    notes: list[str] = []
    with one_core() as pinned:
        tell("learning a card")
        try:
            peer_card = optbinning_card.PeerCard(sample)
        except Unavailable as missing:
            peer_card, card = None, fit(sample).scorecard
            notes.append(str(missing))
        else:
            card = peer_card.read()
        tell("scoring")
        timing = best(partial(score_columns, card, columns), rounds=ROUNDS)
        facts = _facts(columns, min(rows, SINGLES))
        single_us = median_us([partial(score, card, row) for row in facts])
        tell("asking optbinning")
        peer = _ask_peer(peer_card, card, columns) if peer_card else None
        tell("growing trees")
        boosted = challenger.fit(sample, settings=challenger.Settings(seed=1))
        ours, library = _boosted(boosted, columns)
    same = peer is None or peer.largest_difference <= SAME
    return ScoringReport(
        rows=rows,
        variables=len(card.variables),
        pinned=pinned,
        rows_per_s=round(rows / timing.wall_s),
        rows_per_core_s=round(rows / timing.cpu_s),
        single_us=single_us,
        peer=peer,
        boosted_trees=boosted.learning.rounds,
        boosted_rows=_some(rows),
        boosted_rows_per_s=round(_some(rows) / ours.wall_s),
        booster_rows_per_s=round(_some(rows) / library.wall_s),
        boosted_ratio=round(library.cpu_s / ours.cpu_s, 3),
        notes=tuple(notes),
        faults=() if same else ("ours and optbinning give different scores for the same card",),
    )


def draw(rows: int) -> dict[str, Floats]:
    """Draw the numbers of a card, NaN where missing; the same each time."""
    book = thirty.book()
    drawn = thirty.columns(book, rows)
    kinds = {source.name: source.type for source in book.inputs}
    columns: dict[str, Floats] = {}
    for name in VARIABLES:
        column = drawn[name]
        values = column.values.astype(np.float64)
        if kinds[name] is not InputType.RATIO and column.missing is not None:
            values[column.missing] = np.nan
        columns[name] = values
    return columns


def sample_of(columns: Columns, rows: int) -> Sample:
    """Let the first rows end badly the more often the worse they look; the rest is chance."""
    known = {name: np.nan_to_num(values[:rows]) for name, values in columns.items()}
    log_odds = (
        -3.2
        + 0.05 * known["late_days_12m"]
        + 0.25 * known["enquiries_3m"]
        + 0.6 * known["failed_debits_90d"]
        + 1.5 * known["utilization"]
        + 0.1 * known["days_past_due"]
        - 0.02 * known["months_on_book"]
        + 0.15 * np.log1p(known["debts_minor"] / (known["income_minor"] + 1))
    )
    generator = np.random.default_rng(thirty.SEED)
    is_bad = generator.random(rows) < 1 / (1 + np.exp(-log_odds))
    listed = tuple(NumberColumn(name, values[:rows]) for name, values in columns.items())
    return Sample(listed, is_bad)


def _facts(columns: Columns, rows: int) -> list[dict[str, object]]:
    lists = {name: values[:rows].tolist() for name, values in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _ask_peer(peer: optbinning_card.PeerCard, card: Scorecard, columns: Columns) -> PeerReport:
    """Score tables made before: the time to make a table of one row is not counted."""
    rows = min(PEER_ROWS, len(columns[VARIABLES[0]]))
    some = {name: values[:rows] for name, values in columns.items()}
    table = peer.table(some)
    theirs = peer.score(table)
    ours = score_columns(card, some).points
    single = [partial(peer.score, table.iloc[[row]]) for row in range(PEER_SINGLES)]
    return PeerReport(
        name=f"optbinning {optbinning_card.version()}",
        rows=rows,
        rows_per_s=round(rows / best(partial(peer.score, table), rounds=2).wall_s),
        single_us=median_us(single),
        largest_difference=float(np.abs(ours - theirs).max()),
    )


def _boosted(model: Boosted, columns: Columns) -> tuple[Timing, ...]:
    """Time ours, from columns to calibrated probabilities, and the library on a matrix it is given ready, by turns."""
    rows = _some(len(columns[VARIABLES[0]]))
    listed = [NumberColumn(name, values[:rows]) for name, values in columns.items()]
    cells = encoding.matrix(model.inputs, listed)
    booster: Any = model.booster
    works = (
        partial(serving.predict, model, listed, threads=1),
        partial(booster.predict, cells, num_threads=1),
    )
    rounds = [[best(work, rounds=1) for work in works] for _ in range(ROUNDS)]
    return tuple(
        Timing(*map(min, zip(*timings, strict=True))) for timings in zip(*rounds, strict=True)
    )


def _some(rows: int) -> int:
    return min(rows, PEER_ROWS)
