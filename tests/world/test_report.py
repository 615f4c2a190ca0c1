"""The report says what was found, stands alone, and hides nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.world.panels import MIXED, panel_text, write_panel

from whiteslip.world import panel, profiles, report
from whiteslip.world.comparison import compare
from whiteslip.world.expectation import BALANCE, expect
from whiteslip.world.facts import facts_of
from whiteslip.world.positions import Restricted
from whiteslip.world.result import Imported, ReplayResult

TAIWAN = profiles.load("taiwan")


def result_of(tmp_path: Path, *, shift_minor: int = 0) -> ReplayResult:
    """A replay whose book is the oracle's, but for one balance moved by `shift_minor`."""
    read = panel.read(write_panel(tmp_path, panel_text(MIXED)), TAIWAN)
    oracle = expect(facts_of(read), TAIWAN, TAIWAN.oracle_terms)
    book = oracle.copy()
    book[2, 4, BALANCE] += shift_minor
    months = [month.label for month in TAIWAN.months]
    return ReplayResult(
        panel=read,
        profile=TAIWAN,
        book=book,
        oracle=oracle,
        comparison=compare(book, oracle, read.bills_minor, ids=read.ids, months=months),
        imported=Imported(repayments=9, repaid_minor=123_400_000),
        restrictions=(
            Restricted(2, 4, active=True, rule_id="overdue-30", since_on=date(2005, 7, 1)),
            Restricted(4, 3, active=False, rule_id="<b>odd</b>", since_on=date(2005, 7, 1)),
        ),
        book_problems=(),
        days=154,
        phase_seconds={"close days": 1.5},
        step_seconds={},
        seconds=2.0,
    )


def test_it_says_that_all_is_equal(tmp_path: Path) -> None:
    page = report.render(result_of(tmp_path))
    assert "Every statement is the recorded bill" in page
    assert "<b>36</b><span>statements closed, of 36</span>" in page
    assert "100.00 %" in page
    assert "no statement differs from its recorded bill" in page
    assert "NT$ 1.2 million" in page


def test_one_cent_of_difference_is_listed(tmp_path: Path) -> None:
    page = report.render(result_of(tmp_path, shift_minor=1))
    assert "Not everything agrees" in page
    assert "<td>81000.00</td><td>81000.01</td>" in page
    assert "97.22 %" in page
    assert "balance_minor" in page


def test_books_that_do_not_balance_are_said_so(tmp_path: Path) -> None:
    broken = replace(result_of(tmp_path), book_problems=("line 3 is off by 1",))
    page = report.render(broken)
    assert "line 3 is off by 1" in page
    assert "Not everything agrees" in page
    assert broken.as_json()["books_balanced"] is False


def test_it_asks_the_outside_world_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    report.write(result_of(tmp_path), path)
    page = path.read_text("utf-8")
    assert not re.search(r"<script|<link|src=|url\(|https?://", page)
    assert "&lt;b&gt;odd&lt;/b&gt;" in page


def test_defaults_are_counted_by_restriction(tmp_path: Path) -> None:
    page = report.render(result_of(tmp_path))
    rows = re.findall(
        r'<th scope="row">([^<]+)</th><td>(\d+)</td><td>(\d+)</td><td>([^<]+)</td>', page
    )
    groups = {label: (customers, defaulted, rate) for label, customers, defaulted, rate in rows}
    assert groups["suspended (level 4 or 5)"] == ("1", "0", "0.0 %")
    assert groups["restricted earlier, lifted since"] == ("1", "1", "100.0 %")
    assert groups["no restriction"] == ("4", "0", "0.0 %")


def test_the_figures_are_plain_data(tmp_path: Path) -> None:
    figures = json.loads(json.dumps(result_of(tmp_path, shift_minor=1).as_json()))
    assert figures["statements"] == 36
    assert figures["statements_equal"] == figures["oracle_agrees"] == 35
    assert figures["exceptions"][0]["customer"] == 3
    assert figures["over_limit"]["2005-04"] == 1


def test_what_is_not_all_is_never_called_all() -> None:
    assert report.percent(125_999, 126_000, 2) == "> 99.99 %"
    assert report.percent(0, 0) == "–"
