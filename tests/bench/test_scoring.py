"""The bench of scoring: the peer's card read into ours scores each row alike, and nothing is lost without the peer."""

from __future__ import annotations

import json

import numpy as np
import pytest

from whiteslip.bench import optbinning_card, scoring
from whiteslip.bench.scoring import VARIABLES, bench_scoring, draw, sample_of
from whiteslip.kernel.errors import Unavailable
from whiteslip.views.judging import score, score_columns

ROWS = 4_000


def silent(_message: str) -> None:
    pass


def test_the_rows_are_the_same_each_time_some_missing_and_some_bad() -> None:
    one, other = draw(ROWS), draw(ROWS)

    assert list(one) == list(VARIABLES)
    for name, values in one.items():
        assert np.array_equal(values, other[name], equal_nan=True)
        assert 0.005 < np.isnan(values).mean() < 0.05
    assert 0.05 < sample_of(one, ROWS).is_bad.mean() < 0.5


@pytest.mark.filterwarnings("ignore")
def test_the_peers_card_scores_alike_in_ours_one_by_one_and_all_at_once() -> None:
    pytest.importorskip("optbinning")
    columns = draw(ROWS)
    peer = optbinning_card.PeerCard(sample_of(columns, ROWS))
    card = peer.read()

    theirs = peer.score(peer.table(columns))
    ours = score_columns(card, columns).points
    row = {name: float(values[17]) for name, values in columns.items()}

    assert len(card.variables) == len(VARIABLES)
    assert np.abs(ours - theirs).max() < 1e-9
    assert score(card, row).points == pytest.approx(theirs[17], abs=1e-9)
    assert len(set(ours.tolist())) > 100


@pytest.mark.filterwarnings("ignore")
def test_every_figure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("optbinning")
    monkeypatch.setattr(scoring, "PEER_SINGLES", 2)

    report = bench_scoring(rows=ROWS, tell=silent)

    told = json.loads(json.dumps(report.as_json()))
    assert report.faults == ()
    for name in ("rows_per_s", "single_us", "peer_rows_per_s", "peer_single_us", "times_peer"):
        assert told[name] > 0
    assert told["boosted_rows_per_s"] > 0 < told["booster_rows_per_s"]
    assert told["peer_largest_difference"] < 1e-9
    assert 0.2 < told["boosted_ratio"] < 2


def test_without_the_peer_a_card_of_our_own_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise Unavailable("optbinning, the peer, is not installed")

    monkeypatch.setattr(optbinning_card, "_load", absent)

    told = bench_scoring(rows=ROWS, tell=silent).as_json()

    assert told["rows_per_s"] > 0
    assert told["peer_rows_per_s"] is None
    assert told["times_peer"] is None
    assert "not installed" in told["notes"][0]
