"""What a measurement says: figures of each case, as JSON for machines and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from whiteslip.bench.usage import Usage
from whiteslip.bench.yardstick import Yardstick

Fact: TypeAlias = "int | float | str | bool | Mapping[str, int | float | str]"


class Latency(NamedTuple):
    """How long answers took, in milliseconds."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


def latency(seconds: Sequence[float]) -> Latency:
    """Sum up waiting times by the nearest rank."""
    if not seconds:
        return Latency(0, 0, 0, 0)
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        index = min(len(ordered) - 1, int(share * len(ordered)))
        return round(ordered[index] * 1000, 2)

    return Latency(rank(0.50), rank(0.95), rank(0.99), rank(1))


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a measurement."""

    name: str
    ours_per_s: float
    usage: Usage
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    waits: Latency | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All cases of a measurement, beside the yardstick of the same run; `faults` are what must not be."""

    name: str
    unit: str
    yardstick: Yardstick
    cases: Sequence[Case]
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    faults: Sequence[str] = ()

    def ratio(self, case: Case) -> float:
        """How many times the yardstick a case did."""
        return round(case.ours_per_s / self.yardstick.tps, 2) if self.yardstick.tps else 0.0

    def cpu_ratio(self, case: Case) -> float:
        """The same for equal processor time, which other programs on the machine disturb less."""
        used = case.usage.ours_s + case.usage.database_s
        done = case.ours_per_s * case.usage.wall_s
        return round(done / used * self.yardstick.cpu_us_each / 1e6, 2) if used else 0.0

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return {
            "bench": self.name,
            "unit": self.unit,
            "pgbench_tps": round(self.yardstick.tps, 1),
            "pgbench_cpu_us_each": self.yardstick.cpu_us_each,
            "cases": [self._case(case) for case in self.cases],
            **self.facts,
            "faults": list(self.faults),
        }

    def _case(self, case: Case) -> dict[str, Any]:
        return {
            "name": case.name,
            "ours_per_s": round(case.ours_per_s, 1),
            "pgbench_tps": round(self.yardstick.tps, 1),
            "ratio": self.ratio(case),
            "cpu_ratio": self.cpu_ratio(case),
            **(case.waits._asdict() if case.waits else {}),
            "seconds": round(case.usage.wall_s, 2),
            "cpu_seconds": {
                "ours": round(case.usage.ours_s, 2),
                "postgresql": round(case.usage.database_s, 2),
            },
            "limits": case.usage.limits,
            **case.facts,
        }
