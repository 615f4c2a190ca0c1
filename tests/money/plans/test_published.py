"""Published schedules and rates: every figure equal, and a figure that is not is named."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from whiteslip.bench.published import compare, compare_case
from whiteslip.bench.published_rates import compare_rates
from whiteslip.kernel.errors import InvalidInput


@pytest.fixture(scope="module")
def cases() -> Path:
    """The folder of published cases, which lies by the one WHITESLIP_DATA names."""
    folder = Path(os.environ.get("WHITESLIP_DATA", "/nowhere")).parent / "cases"
    if not folder.is_dir():
        pytest.skip("published cases lie beside the folder WHITESLIP_DATA names")
    return folder


def test_every_figure_of_every_schedule_is_equal(cases: Path) -> None:
    found = compare(cases / "fineract_schedules.json")

    assert {one.case: one.differences for one in found if one.differences} == {}
    assert len(found) == 20
    assert sum(one.figures for one in found) > 3_000


def test_every_rate_is_equal_to_its_decimals(cases: Path) -> None:
    found = compare_rates(cases / "apr.json")

    assert {one.case: one.differences for one in found if one.differences} == {}
    assert len(found) == 11


def test_control_a_changed_figure_is_named(cases: Path) -> None:
    whole: list[Any] = json.loads((cases / "fineract_schedules.json").read_text())["cases"]
    for case in whole:
        if "steps" not in case:
            continue
        for step in case["steps"]:
            if step["kind"] == "EXPECT_schedule":
                step["rows"][-1]["principal"] += 0.01
                break
        else:
            continue
        assert any("principal" in text for text in compare_case(case).differences), case["id"]


def test_what_cannot_be_read_or_played_says_so(tmp_path: Path, cases: Path) -> None:
    for text in ("", "[]", '{"cases": 3}'):
        (tmp_path / "odd.json").write_text(text)
        with pytest.raises(InvalidInput, match="has no"):
            compare(tmp_path / "odd.json")
        with pytest.raises(InvalidInput, match="has no"):
            compare_rates(tmp_path / "odd.json")
    case = json.loads((cases / "fineract_schedules.json").read_text())["cases"][8]
    case["steps"].insert(4, {"kind": "abracadabra"})
    (told,) = compare_case(case).differences[-1:]
    assert "abracadabra" in told
