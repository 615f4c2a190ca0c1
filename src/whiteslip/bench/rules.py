"""`whiteslip bench rules`: thirty rules over a million rows, one decision, and zen-engine on the same table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from whiteslip.bench import thirty, zen_table
from whiteslip.bench.core import best, median_us, one_core
from whiteslip.bench.ground import Ground
from whiteslip.bench.thirty import Columns, plain
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import InputType, RuleBook
from whiteslip.decisioning.rulebooks.statement import compile_statement
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection, connect
from whiteslip.kernel.errors import Unavailable
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.judging import Verdicts, judge, judge_columns

ROWS: Final = 1_000_000
PEER_ROWS: Final = 20_000
SQL_ROWS: Final = 200_000
SINGLES: Final = 2_000
ROUNDS: Final = 5

_SQL_TYPES: Final[Mapping[InputType, str]] = {
    InputType.INT: "bigint",
    InputType.MONEY: "bigint",
    InputType.RATIO: "double precision",
    InputType.BOOL: "boolean",
    InputType.TEXT: "text",
}
_SENDERS: Final[Mapping[InputType, Callable[[Any], arrays.Column]]] = {
    InputType.INT: arrays.bigints,
    InputType.MONEY: arrays.bigints,
    InputType.RATIO: arrays.floats,
    InputType.BOOL: arrays.bools,
}


class Cause(NamedTuple):
    """A way in which the peer answered otherwise, by rule; `rows` is how often."""

    rule: str
    cause: str
    rows: int


@dataclass(frozen=True, slots=True)
class PeerReport:
    """The peer on the first rows: its best way of asking, and how its answers compare with ours.

    Where every rule is known both must collect the same rules. `milder` are rows on which a missing
    fact gave the peer a milder outcome than ours.
    """

    name: str
    rows: int
    rows_per_s: float
    single_us: float
    ways: Mapping[str, float]
    known_rows: int
    known_equal: int
    unknown_rows: int
    unknown_equal: int
    milder: int
    causes: Sequence[Cause]


@dataclass(frozen=True, slots=True)
class RulesReport:
    """What was measured; figures a second are of the best of some rounds, ours and the peer's alike."""

    rows: int
    rules: int
    inputs: int
    pinned: str
    rows_per_s: float
    rows_per_core_s: float
    single_us: float
    missing_share: float
    fired_share: float
    unknown_share: float
    sql_rows_per_s: float | None
    peer: PeerReport | None
    notes: Sequence[str] = field(default_factory=tuple[str])
    faults: Sequence[str] = field(default_factory=tuple[str])

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types; the peer's own figures begin with `peer_`."""
        told: dict[str, Any] = {"bench": "rules", **asdict(self)}
        compared: dict[str, Any] = told.pop("peer") or {}
        if self.peer:
            compared["causes"] = [cause._asdict() for cause in self.peer.causes]
        return {
            **told,
            "peer": compared.pop("name", None),
            "peer_rows_per_s": compared.pop("rows_per_s", None),
            "peer_single_us": compared.pop("single_us", None),
            "times_peer": self.times_peer,
            "peer_compared": compared,
        }

    @property
    def times_peer(self) -> float | None:
        """How many times the peer's rows a second ours are."""
        return round(self.rows_per_s / self.peer.rows_per_s, 1) if self.peer else None


def bench_rules(
    ground: Ground | None, *, rows: int = ROWS, tell: Callable[[str], None]
) -> RulesReport:
    """Measure ours, the peer if it is installed, and the SQL evaluator if there is a server to run it on."""
    book = thirty.book()
    tell(f"drawing {rows:,} rows")
    columns = thirty.columns(book, rows)
    notes: list[str] = []
    with one_core() as pinned:
        tell("judging them")
        verdicts = judge_columns(book, columns)
        timing = best(partial(judge_columns, book, columns), rounds=ROUNDS)
        facts = thirty.facts(columns, min(rows, PEER_ROWS))
        single_us = median_us([partial(judge, book, row) for row in facts[:SINGLES]])
        tell("asking zen-engine")
        try:
            peer = _ask_peer(book, facts, verdicts)
        except Unavailable as missing:
            peer, notes = None, [str(missing)]
    tell("judging in SQL")
    sql, wrong = _in_sql(ground, book, columns, verdicts) if ground else (None, [])
    return RulesReport(
        rows=rows,
        rules=len(book.rules),
        inputs=len(book.inputs),
        pinned=pinned,
        rows_per_s=round(rows / timing.wall_s),
        rows_per_core_s=round(rows / timing.cpu_s),
        single_us=single_us,
        missing_share=thirty.MISSING,
        fired_share=round(float(np.count_nonzero(verdicts.fired)) / rows, 4),
        unknown_share=round(float(np.count_nonzero(verdicts.unknown)) / rows, 4),
        sql_rows_per_s=sql,
        peer=peer,
        notes=notes,
        faults=[*wrong, *_faults(peer)],
    )


def compare(
    book: RuleBook, verdicts: Verdicts, answers: Sequence[frozenset[str]]
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Hold the rules the peer collected for each row against ours.

    The first counts rows (known, known_equal, unknown, unknown_equal, milder), the second how often
    a rule was collected without being known, or left out though it asks for review when unknown.
    """
    rows, causes = Counter[str](), Counter[tuple[str, str]]()
    by_id = {rule.id: rule for rule in book.rules}
    masks = verdicts.outcome.tolist(), verdicts.fired.tolist(), verdicts.unknown.tolist()
    for theirs, ours, fired_mask, unknown_mask in zip(answers, *masks, strict=False):
        fired, unknown = _ids(book, fired_mask), _ids(book, unknown_mask)
        kind = "unknown" if unknown else "known"
        rows[kind] += 1
        rows[f"{kind}_equal"] += theirs == fired
        outcome = max((by_id[rule].outcome for rule in theirs), default=book.default)
        rows["milder"] += outcome < ours
        for rule in theirs - fired:
            cause = "a missing fact is taken for a match" if rule in unknown else "differs"
            causes[rule, cause] += 1
        for rule in fired - theirs:
            causes[rule, "differs"] += 1
        for rule in unknown - theirs:
            if by_id[rule].reviews_unknown and outcome < Outcome.REVIEW:
                causes[rule, "a missing fact is taken for no match, and nobody is asked"] += 1
    return rows, causes


def _ids(book: RuleBook, mask: int) -> frozenset[str]:
    return frozenset(rule.id for index, rule in enumerate(book.rules) if mask >> index & 1)


def _ask_peer(
    book: RuleBook, facts: Sequence[Mapping[str, object]], verdicts: Verdicts
) -> PeerReport:
    table = zen_table.ZenTable(zen_table.translate(book))
    looped = zen_table.ZenTable(zen_table.translate(book, looped=True))
    answers = [_collected(table.ask(row)) for row in facts]
    ways: dict[str, Callable[[], object]] = {
        "one call a row": lambda: [table.ask(row) for row in facts],
        "evaluate_batch": lambda: table.ask_batch(facts),
        "one call, looping inside": lambda: looped.ask({"rows": facts}),
    }
    speeds = {name: round(len(facts) / best(way, rounds=2).wall_s) for name, way in ways.items()}
    rows, causes = compare(book, verdicts, answers)
    return PeerReport(
        name=f"zen-engine {zen_table.version()}",
        rows=len(facts),
        rows_per_s=max(speeds.values()),
        single_us=median_us([partial(table.ask, row) for row in facts[:SINGLES]]),
        ways=speeds,
        known_rows=rows["known"],
        known_equal=rows["known_equal"],
        unknown_rows=rows["unknown"],
        unknown_equal=rows["unknown_equal"],
        milder=rows["milder"],
        causes=[Cause(*named, count) for named, count in causes.most_common()],
    )


def _collected(result: Sequence[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(row[zen_table.RULE] for row in result)


def _faults(peer: PeerReport | None) -> list[str]:
    if peer is None or peer.known_rows == peer.known_equal:
        return []
    differing = peer.known_rows - peer.known_equal
    return [f"on {differing} rows where everything is known the peer collects other rules"]


def _in_sql(
    ground: Ground, book: RuleBook, columns: Columns, verdicts: Verdicts
) -> tuple[float, list[str]]:
    """Judge the first rows inside PostgreSQL on one of its processes, and compare the masks' exclusive or."""
    rows = min(SQL_ROWS, len(verdicts))
    verdict = compile_statement(book, row="fact")
    query = (
        "SELECT bit_xor(judged.fired_mask), bit_xor(judged.unknown_mask), sum(judged.outcome)"
        f" FROM (SELECT {verdict.select_list} FROM facts AS fact OFFSET 0) AS judged"
    )
    with ground.database() as dsn, connect(dsn) as db:
        db.execute("SET max_parallel_workers_per_gather = 0")
        _fill(db, book, thirty.first(columns, rows))
        found: list[tuple[Any, ...] | None] = []
        timing = best(lambda: found.append(db.execute(query.encode()).fetchone()), rounds=2)
    expected = (
        int(np.bitwise_xor.reduce(verdicts.fired[:rows])),
        int(np.bitwise_xor.reduce(verdicts.unknown[:rows])),
        int(verdicts.outcome[:rows].sum(dtype=np.int64)),
    )
    same = all(row == expected for row in found)
    return round(rows / timing.wall_s), [] if same else ["SQL and NumPy disagree"]


def _fill(db: Connection, book: RuleBook, columns: Columns) -> None:
    params = {source.name: _sent(source.type, columns[source.name]) for source in book.inputs}
    types = [f"%({source.name})b::{_SQL_TYPES[source.type]}[]" for source in book.inputs]
    db.execute(
        f"CREATE TEMP TABLE facts AS SELECT * FROM unnest({', '.join(types)})"
        f" AS fact ({', '.join(params)})".encode(),
        params,
    )
    db.execute("ANALYZE facts")


def _sent(kind: InputType, column: Column) -> arrays.Column:
    """Make a column ready to be sent; NaN goes as itself and counts as missing there too."""
    if kind is InputType.TEXT:
        return arrays.texts([value if isinstance(value, str) else None for value in plain(column)])
    missing = np.zeros(len(column.values), np.bool_) if column.missing is None else column.missing
    return _SENDERS[kind](np.ma.masked_array(column.values, missing))
