"""Weaving a made network: every planted ring is found, however much hangs together by chance."""

from __future__ import annotations

import json

import pytest

from whiteslip.bench.ground import ground
from whiteslip.bench.network import PLANTED, RING, bench_network
from whiteslip.cli.bench_tables import print_network

ACCOUNTS = 6_000


@pytest.mark.slow
def test_a_made_network_is_woven(capsys: pytest.CaptureFixture[str]) -> None:
    with ground(lambda _: None) as place:
        report = bench_network(place, accounts=ACCOUNTS)

    assert report.faults == ()
    told = json.loads(json.dumps(report.as_json()))
    assert (told["accounts"], told["links"]) == (ACCOUNTS, 3 * ACCOUNTS)
    assert told["found"] == told["planted"] == PLANTED // RING
    assert 0 < told["sharing"] <= ACCOUNTS
    assert told["peak_mb"] > 10
    print_network(report)
    assert "200 of 200 planted rings" in capsys.readouterr().out
