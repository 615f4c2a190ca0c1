"""The report of a model says what its file says, whatever columns and labels are called."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.flows.test_fit_model import people

from whiteslip.decisioning.samples.cells import arrow
from whiteslip.decisioning.samples.fitted import Fitted
from whiteslip.decisioning.scorecards.reading import read
from whiteslip.flows.fit_model import Wanted, fit_model
from whiteslip.flows.monitor_model import monitor_model
from whiteslip.infra.tables import RawTable
from whiteslip.web.reports.fitting import fitting_report, range_names, shortened_list
from whiteslip.web.reports.monitoring import monitoring_report

EVIL = "<b>逾期&天数"


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    raw = people()
    columns = {EVIL: raw.columns["debts"], **raw.columns}
    del columns["debts"]
    columns["copy"] = arrow.array([f"c{cell}" for cell in columns["城市"].to_pylist()])
    table = RawTable(columns, raw.rows, raw.kind, ("a note of the file",), raw.checksum)
    return fit_model(table, Wanted(file="p.csv", target="bad", name="p", folds=3))


def words(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", page))


def test_a_report_tells_what_was_done_and_how_good_it_is(fitted: Fitted) -> None:
    page = fitting_report(fitted, read(fitted.learned[0].body, file="p"))
    told = words(page)

    assert EVIL in told
    assert "<b>逾期" not in page
    for word in (
        f"{fitted.learned[0].cross.auc:.3f}",
        "ROC",
        "KS",
        "Calibration",
        "Bands of points",
        "Fold by fold",
        "protected attribute",
        "'城市' tells the same rows apart",
        "a note of the file",
        "广州",
        "Protected groups",
    ):
        assert word in told
    assert "<script" not in page
    assert "nan" not in re.sub(r"[a-z]nan|nan[a-z]", "", page)


def test_a_report_of_monitoring_tells_what_moved(fitted: Fitted) -> None:
    raw = people(seed=9, shift=30)
    columns = {EVIL: raw.columns["debts"], "copy": raw.columns["城市"], **raw.columns}
    found = monitor_model(fitted, RawTable(columns, raw.rows, "", (), ""))

    page = monitoring_report(fitted, found, file="today.csv")

    assert EVIL in words(page)
    assert "asks for action" in page
    assert 'section class="bad"' in page
    assert "when fitted, 0." in words(page)


def test_ranges_and_labels_are_named_for_people() -> None:
    assert range_names([]) == ["any amount"]
    assert range_names([10, 2500]) == ["< 10", "10 to < 2,500", "≥ 2,500"]
    assert shortened_list([str(place) for place in range(20)]).endswith("11 and 8 more")
