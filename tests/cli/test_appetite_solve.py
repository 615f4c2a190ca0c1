"""What the console and the report say of a solved cut-off, and of one that cannot be."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.risk.appetite.test_solving import METHOD, cases

from whiteslip.cli.appetite_solve import show, solution_json
from whiteslip.risk.appetite.solving import Bounds, solve_and_check, split
from whiteslip.web.reports.appetite import render

LESS = msgspec.structs.replace(METHOD, splits=3)


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        (Bounds(0.2, 0.6, 0.12, 0.65), "Suspend from a probability of"),
        (Bounds(0.2, 0.3, 0.01, 0.65), "expected_loss stands in the way: 1.00% is allowed"),
    ],
)
def test_a_solution_is_told_as_text_as_json_and_as_a_page(
    bounds: Bounds, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known = cases()
    found = solve_and_check(known, list(split(known, LESS)), bounds, LESS)

    show("scores of a day", found)
    shown = " ".join(capsys.readouterr().out.split())
    assert told in shown
    assert "Suspending more or fewer" in shown
    plain = json.loads(json.dumps(solution_json(found), allow_nan=False))
    assert plain["feasible"] is (plain["whole"]["cutoff"] is not None)
    assert [one["share"] for one in plain["curve"]] == [0.02, 0.1, 0.3]
    page = render("scores of a day", found)
    assert ("No cut-off keeps within the appetite" in page) is not plain["feasible"]
    assert "<script" not in page
