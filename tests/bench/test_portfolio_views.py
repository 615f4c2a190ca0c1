"""Looking at a made book: every view answers, and what it says fits together."""

from __future__ import annotations

import json

import pytest

from whiteslip.bench.ground import ground
from whiteslip.bench.portfolio_views import bench_views
from whiteslip.cli.bench_views import show


@pytest.mark.slow
def test_a_made_book_is_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    with ground(lambda _: None) as place:
        report = bench_views(place, lines=2_000)

    assert report.faults == ()
    told = json.loads(json.dumps(report.as_json()))
    assert set(told["seconds"]) == {
        "rolls of a month",
        "rolls of a year",
        "vintages",
        "classes",
        "losses",
        "effect of a tightening",
        "effect of a book against another",
        "a month counted again",
    }
    assert told["kept_rows"] > 12 * 500
    show(report)
    assert "2,000 lines" in capsys.readouterr().out
