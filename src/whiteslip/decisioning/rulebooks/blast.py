"""The blast guard: how many accounts a new version may move before people must release it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import median
from types import MappingProxyType
from typing import Any, Final

from whiteslip.decisioning.rulebooks.model import BookKind
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome

PPM: Final = 1_000_000

MOVES: Final[Mapping[BookKind, frozenset[Outcome]]] = MappingProxyType(
    {
        BookKind.WATCH: frozenset({Outcome.RESTRICT, Outcome.SUSPEND}),
        BookKind.LIMITS: frozenset({Outcome.REDUCE}),
    }
)
"""The kinds that judge the whole book at once, and the outcomes that take something from an account."""


@dataclass(frozen=True, slots=True)
class BlastGuard:
    """The parameters, as `data/blast-guard.toml` explains them."""

    least_accounts_a_run: int
    least_share_ppm: int
    median_factor: int
    trailing_runs: int
    releases: int
    release_slack_ppm: int


@dataclass(frozen=True, slots=True)
class Blast:
    """What making a version live would do: accounts judged and moved, and how many it may move.

    `limit` is None where no version was live before: nothing speaks for the first but the people who release it.
    """

    accounts: int
    moved: int
    limit: int | None

    @property
    def needs_release(self) -> bool:
        """Whether it stops as a proposal."""
        return self.limit is None or self.moved > self.limit

    def evidence(self) -> dict[str, int | None]:
        """Write it as it is kept with the step."""
        return {"accounts": self.accounts, "moved": self.moved, "limit": self.limit}


HARMLESS: Final = Blast(accounts=0, moved=0, limit=0)
"""What a version of another kind does: it judges requests as they come and moves nobody by itself."""


def read_guard(text: str) -> BlastGuard:
    """Parse the parameters; each is a whole number from 0, and at least one person releases."""
    table: dict[str, Any] = tomllib.loads(text)
    names = {field.name for field in fields(BlastGuard)}
    wrong = sorted(names ^ table.keys())
    wrong += sorted(k for k in names & table.keys() if type(table[k]) is not int or table[k] < 0)
    if wrong or not table["releases"] or not table["trailing_runs"]:
        raise InvalidInput(f"the blast guard cannot be read: {wrong}", where="blast-guard.toml")
    return BlastGuard(**table)


def blast_limit(accounts: int, trailing: Sequence[int], *, guard: BlastGuard) -> int:
    """Return how many accounts may be moved at once without release; `trailing` are past runs, latest first."""
    share = accounts * guard.least_share_ppm // PPM
    past = trailing[: guard.trailing_runs]
    return max(share, int(guard.median_factor * median(past))) if past else share


def still_released(proposed: int, moved: int, *, guard: BlastGuard) -> bool:
    """Whether a release of what was proposed still covers what is counted now."""
    return moved * PPM <= proposed * (PPM + guard.release_slack_ppm)
