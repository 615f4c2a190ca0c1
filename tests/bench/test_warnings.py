"""The bench of early warning takes every measure over a made book, and says so where one was not taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from whiteslip.bench.ground import ground
from whiteslip.bench.warnings import bench_warnings
from whiteslip.cli.bench_warnings import show
from whiteslip.views.warnings import catalog


@pytest.mark.slow
def test_every_indicator_is_measured_and_every_line_looked_at(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ground(lambda _: None) as place:
        report = bench_warnings(place, lines=2_000)

    assert set(report.seconds) == set(catalog().indicators)
    assert report.faults == ()
    assert 1_000 < sum(report.seen.values()) < 2_000
    show(replace(report, faults=("a fault",)))
    told = capsys.readouterr().out
    assert "first_payment" in told
    assert "FAULT: a fault" in told
