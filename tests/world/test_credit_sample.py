"""The replayed panel as a sample: what the book knew by the last statement, and nothing learned after it."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.world.panels import MIXED, panel_text, write_panel

from whiteslip.decisioning.samples.folds import stratified
from whiteslip.decisioning.samples.metrics import auc
from whiteslip.decisioning.samples.model import NumberColumn, Sample
from whiteslip.decisioning.scorecards.fitting import fit
from whiteslip.decisioning.scorecards.rules import score_columns
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.views.features import features_as_of, known_features
from whiteslip.world import panel, profiles
from whiteslip.world.credit_sample import credit_sample
from whiteslip.world.panel import Panel
from whiteslip.world.replay import replay
from whiteslip.world.statuses import status_facts

TAIWAN = profiles.load("taiwan")
LAST = TAIWAN.statement_dates[-1]
EVERY = 23
FROM_OUTSIDE = {"statuses", "capacity"}


def silent(_phase: str, _done: int, _total: int) -> None:
    pass


def replayed(database: Database, path: Path) -> Panel:
    read = panel.read(path, TAIWAN)
    assert replay(database, read, TAIWAN, tell=silent).faultless
    return read


def test_a_replayed_panel_becomes_a_sample(database: Database, tmp_path: Path) -> None:
    read = replayed(database, write_panel(tmp_path, panel_text(MIXED)))
    sample = database.read(lambda db: credit_sample(db, read, TAIWAN))

    assert sample.is_bad.tolist() == [False, False, False, False, True, False]
    late = sample.column("status_latest")
    assert isinstance(late, NumberColumn)
    assert late.values.tolist() == [0, 0, 4, 0, 0, 0]
    owed = sample.column("principal_minor")
    assert isinstance(owed, NumberColumn)
    assert owed.values.tolist() == [0, 0, 8_100_000, 700, 39_000, 0]
    assert sample.directions["status_latest"] == 1
    names = {column.name for column in sample.columns}
    assert sample.directions.keys() <= names
    assert not names & {"income_monthly_minor", "fixed_limit_minor", "employment"}

    day_before = database.read(lambda db: features_as_of(db, None, as_of=LAST - timedelta(days=1)))
    assert day_before["status_latest"].tolist() == [0, 0, 0, 0, 0, 0]
    _no_other_panel_fits(database, read)


def _no_other_panel_fits(database: Database, read: Panel) -> None:
    for ids, fault in (
        (read.ids + 1, "1 customers of the panel are not in the book, the first is 7"),
        (read.ids[:3], "6 lines in the book, 3 in the panel"),
    ):
        other = replace(read, ids=ids)
        with pytest.raises(InvalidInput, match=fault):
            database.read(lambda db, other=other: credit_sample(db, other, TAIWAN))


def test_a_status_is_learned_with_its_statement(tmp_path: Path) -> None:
    read = panel.read(write_panel(tmp_path, panel_text(MIXED)), TAIWAN)
    facts = status_facts(read, TAIWAN, range(11, 17), month=0)

    assert [fact.customer_id for fact in facts] == [11, 12, 13, 14, 15, 16]
    assert [fact.value for fact in facts] == [0, -2, 0, 0, 0, 0]
    assert {(fact.observed_on.isoformat(), fact.known_on.isoformat()) for fact in facts} == {
        ("2005-04-30", "2005-05-01")
    }


def test_features_of_the_book_tell_who_defaulted(
    database: Database, recorded_panel: Path, tmp_path: Path
) -> None:
    """A part of the panel: a card learned on four fifths ranks the rest, better with statuses than without."""
    read = replayed(database, write_panel(tmp_path, part_of(recorded_panel)))
    own = [name for name, each in known_features().items() if each.group not in FROM_OUTSIDE]

    with_statuses = auc_of(database.read(lambda db: credit_sample(db, read, TAIWAN)))
    by_the_book = auc_of(database.read(lambda db: credit_sample(db, read, TAIWAN, features=own)))
    assert by_the_book > 0.66
    assert with_statuses > 0.71
    assert with_statuses > by_the_book


def part_of(path: Path) -> str:
    """Return every so many rows of the panel, its header first."""
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    return "\n".join(",".join(row) for row in [rows[0], *rows[1::EVERY]]) + "\n"


def auc_of(sample: Sample) -> float:
    """Score every row by a card that has not seen it."""
    unseen = np.zeros(len(sample))
    for fold in stratified(sample.is_bad, folds=5, seed=1):
        card = fit(sample.take(fold.train)).scorecard
        part = sample.take(fold.test)
        unseen[fold.test] = score_columns(
            card, {column.name: column for column in part.columns}
        ).probability
    return auc(unseen, sample.is_bad)
