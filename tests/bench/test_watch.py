"""Watching a made book: every line scored and judged, nothing changed twice, and news that has its effect."""

from __future__ import annotations

import json

import pytest

from whiteslip.bench.ground import ground
from whiteslip.bench.watch import EVENTS, bench_watch, watch_book
from whiteslip.cli.bench_tables import print_watch

LINES = 3_000


@pytest.mark.slow
def test_a_made_book_is_watched(capsys: pytest.CaptureFixture[str]) -> None:
    with ground(lambda _: None) as place:
        report = bench_watch(place, lines=LINES)

    assert report.faults == ()
    told = json.loads(json.dumps(report.as_json()))
    assert told["lines"] == LINES
    assert told["seconds"] == pytest.approx(report.score_seconds + report.watch_seconds, abs=0.02)
    assert told["peak_mb"] > 10
    assert 0 < told["transitions"] < LINES
    assert told["variables"] >= 4
    assert told["events"] == EVENTS
    print_watch(report)
    assert "3,000 lines" in capsys.readouterr().out


def test_the_book_reads_the_score_and_several_groups_of_features() -> None:
    names = {source.name for source in watch_book().inputs}

    assert {"default_probability", "expected_loss_minor", "paid_ratio_3"} <= names
