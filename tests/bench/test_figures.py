"""What a bench says: percentiles, ratios, and one sentence about what limited it."""

from __future__ import annotations

import json

import pytest

from whiteslip.bench.end_of_day import growth
from whiteslip.bench.figures import Case, Report, latency
from whiteslip.bench.usage import Meter, Usage, peak_mb
from whiteslip.bench.wrk import Target, load, read_figures, summary
from whiteslip.bench.yardstick import Yardstick, read_told
from whiteslip.kernel.errors import Unavailable

SECOND = Usage(wall_s=1.0, ours_s=0.5, database_s=0.5, machine_s=1.0)


def _nowhere(_name: str) -> None:
    pass


def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_percentiles_are_those_of_the_waits() -> None:
    waits = latency([number / 1000 for number in range(1, 101)])

    assert waits == (51.0, 96.0, 100.0, 100.0)
    assert latency([]) == (0, 0, 0, 0)


def test_a_ratio_is_of_the_yardstick_of_the_same_run() -> None:
    report = Report("checkout", "purchases", Yardstick(1000, 500, SECOND), [])
    case = Case("a", 8000, SECOND)

    assert report.ratio(case) == 8.0
    assert report.cpu_ratio(case) == 4.0


def test_json_holds_every_figure() -> None:
    case = Case("a", 8000, SECOND, {"batch": 500}, latency([0.002]))
    told = Report("checkout", "purchases", Yardstick(1000, 500, SECOND), [case]).as_json()

    (only,) = json.loads(json.dumps(told))["cases"]
    assert only["ours_per_s"] == 8000
    assert only["pgbench_tps"] == 1000
    assert only["ratio"] == 8.0
    assert only["p99_ms"] == 2.0
    assert only["batch"] == 500
    assert only["cpu_seconds"] == {"ours": 0.5, "postgresql": 0.5}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(1, 1.4, 0.4, 1.9), "Python's processor time limited it"),
        (Usage(1, 0.4, 1.4, 1.9), "PostgreSQL's processor time limited it"),
        (Usage(1, 0.2, 0.3, 0.6), "waiting for the disk or for locks limited it"),
        (Usage(1, 0.2, 0.3, 2.0), "other programs on this machine limited it"),
    ],
)
def test_what_limited_it_is_read_from_processor_time(
    monkeypatch: pytest.MonkeyPatch, usage: Usage, expected: str
) -> None:
    two_cores(monkeypatch)

    assert usage.limits.startswith(expected)


def test_a_meter_sees_the_work_of_this_process() -> None:
    meter = Meter(server_pid=0)
    sum(number * number for number in range(1_000_000))

    used = meter.read(elsewhere_s=2.0)

    assert used.wall_s > 0
    assert used.ours_s > 2.0
    assert used.database_s == 0.0
    assert peak_mb() > 1


def test_growth_compares_the_largest_normal_day_with_the_smallest() -> None:
    cases = [
        Case(f"normal day, {lines}", 1, SECOND, {"lines": lines, "day_seconds": seconds})
        for lines, seconds in ((100, 1.0), (1000, 10.5))
    ]

    assert growth(cases) == {"lines_times": 10.0, "seconds_times": 10.5}
    assert growth(cases[:1]) == {}


def test_figures_of_pgbench_are_read() -> None:
    said = "number of transactions actually processed: 2000\ntps = 1000.5 (without …)\n"

    assert read_told(said, SECOND)[:2] == (1000.5, 500.0)
    with pytest.raises(Unavailable, match="no figure"):
        read_told("", SECOND)


def test_figures_of_wrk_are_read() -> None:
    said = (
        'Running…\nFIGURES {"seconds":2.0,"p50_ms":1,"p95_ms":2,"p99_ms":3,"max_ms":4,'
        '"broken":1,"statuses":{"201":50,"429":7}}\n'
    )

    loaded = read_figures(said, "")

    assert loaded.acknowledged == 50
    assert loaded.waits == (1, 2, 3, 4)
    assert loaded.broken == 1
    with pytest.raises(Unavailable, match="unable to connect"):
        read_figures("", "unable to connect to 127.0.0.1")


def test_a_probe_is_summed_up_by_status() -> None:
    told = summary({201: [0.01, 0.02], 429: [0.001]})

    assert told["201_answers"] == 2
    assert told["429_p99_ms"] == 1.0


def test_without_wrk_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", _nowhere)

    with pytest.raises(Unavailable, match="apt install wrk"):
        load(Target(1, "key", 1), connections=1, seconds=1, run="x")
