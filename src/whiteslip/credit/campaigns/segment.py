"""The segment of a campaign: a condition in the language of rule books, over features; what is unknown is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.language import parse
from whiteslip.decisioning.rulebooks.model import (
    BookKind,
    Input,
    InputType,
    Rule,
    RuleBook,
    WhenUnknown,
)
from whiteslip.decisioning.rulebooks.regions import facts_of
from whiteslip.decisioning.rulebooks.rules import judge_columns
from whiteslip.decisioning.rulebooks.tokens import WhenError
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome

LONGEST = 1_000
"""Characters a condition may have."""


def read(condition: str, known: Mapping[str, InputType]) -> RuleBook:
    """Read a condition over known features; what cannot be accepted is `InvalidInput` with its cause and column."""
    if len(condition) > LONGEST:
        raise InvalidInput(f"a segment has at most {LONGEST} characters", where="segment")
    return _read(condition, tuple(sorted(known.items())))


@lru_cache(maxsize=64)
def _read(condition: str, known: tuple[tuple[str, InputType], ...]) -> RuleBook:
    try:
        when = parse(condition, {name: Input(name, kind) for name, kind in known})
    except WhenError as error:
        raise InvalidInput(f"the segment: {error}", where="segment") from error
    rule = Rule("segment", when, Outcome.CLEAR, (), WhenUnknown.NO_MATCH, "")
    return RuleBook(
        name="segment",
        version=1,
        kind=BookKind.LIMITS,
        description="",
        exclusive=False,
        default=Outcome.WATCH,
        default_reasons=(),
        inputs=tuple(sorted(facts_of(when), key=lambda source: source.name)),
        rules=(rule,),
        body=condition,
    )


def members(segment: RuleBook, found: Mapping[str, NDArray[Any]], rows: int) -> NDArray[np.bool_]:
    """Tell which rows of features are in the segment."""
    columns = {source.name: Column(found[source.name]) for source in segment.inputs}
    verdicts = judge_columns(segment, columns, rows=rows)
    return verdicts.outcome == np.uint8(Outcome.CLEAR)
