"""A policy of stopping in time: thresholds that keep their budget, the book they make, and leaks that are caught."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import noon
from tests.world.conftest import recorded_panel as recorded_panel  # noqa: PLC0414 - a fixture
from tests.world.panels import MIXED, panel_text, write_panel
from tests.world.test_credit_sample import part_of

from whiteslip.bench.policy import (
    LIKELY,
    MONEY,
    Scored,
    book_of,
    choose,
    expected_loss,
    read_plan,
    shipped_plan,
    stops,
)
from whiteslip.bench.suspend import Month, aims, columns_of, figures, leaks, month_before, try_month
from whiteslip.cli.bench_suspend import looked_ahead, show
from whiteslip.cli.main import app
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.monitoring.stopped import StoppingReport
from whiteslip.decisioning.monitoring.stopping import Endings
from whiteslip.decisioning.rulebooks.analysis import warnings
from whiteslip.decisioning.samples.model import NumberColumn, Sample
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.judging import judge_columns
from whiteslip.web.reports.stopping import render
from whiteslip.world import panel, profiles
from whiteslip.world.credit_sample import month_end
from whiteslip.world.panel import Panel
from whiteslip.world.replay import replay
from whiteslip.world.statuses import STATUS

TAIWAN = profiles.load("taiwan")
PLAN = shipped_plan().cut(2)


def silent(*_: object) -> None:
    pass


def customers(rows: int = 3000, seed: int = 5) -> tuple[Sample, np.ndarray]:
    """Customers some of whom are risky; the dearer are no riskier."""
    rng = np.random.default_rng(seed)
    risk = rng.random(rows)
    columns = (NumberColumn("risk", risk), NumberColumn("noise", rng.random(rows)))
    owed = np.rint(rng.lognormal(14, 1, rows)).astype(np.int64)
    return Sample(columns, rng.random(rows) < 0.8 * risk**3), owed


def month(sample: Sample, owed: np.ndarray) -> Month:
    rows = len(sample)
    facts = {
        "status_latest": np.full(rows, np.nan),
        "status_late_months_6m": np.zeros(rows),
        "days_past_due": np.zeros(rows),
        "utilization": np.full(rows, 0.5),
    }
    return Month("2005-09", "2005-10-01", "default", sample, facts, owed)


def tried(rows: int = 3000) -> StoppingReport:
    known = month(*customers(rows))
    splits = list(try_month(known, PLAN, tell=silent))
    told = figures(known, splits, PLAN)
    before = month_before(month(*customers(rows, seed=6)), known, splits, PLAN)
    return StoppingReport(
        "p.csv",
        "boosted trees",
        2,
        0.3,
        (told,),
        aims(splits, told, PLAN),
        before,
        None,
        {},
        ("a fault",),
    )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), policy=st.sampled_from([LIKELY, MONEY]))
def test_thresholds_keep_the_budget_and_their_book_stops_whom_they_stop(
    seed: int, policy: str
) -> None:
    rng = np.random.default_rng(seed)
    probability = rng.random(800) ** 3
    owed = np.rint(rng.lognormal(14, 1, 800)).astype(np.int64)
    known = Scored(probability, Endings(rng.random(800) < probability, owed))

    found = choose(policy, known, PLAN)
    book = book_of(found)

    stopped = stops(found.suspend, probability, known.loss_minor)
    assert stopped.mean() <= PLAN.budget
    assert stopped.any()
    rows = np.arange(800)
    facts = month(customers(800)[0], owed).facts
    verdicts = judge_columns(book, columns_of(facts, probability, owed, rows), rows=800)
    assert np.array_equal(verdicts.outcome == Outcome.SUSPEND, stopped)
    assert found.watch <= found.reduce <= found.restrict
    assert not any("unused" in str(each) for each in warnings(book, file="watch.toml"))


def test_money_is_kept_where_it_counts_and_the_likeliest_where_it_does_not() -> None:
    report = tried()
    likely, money = (report.months[0].policies[name].reached for name in (LIKELY, MONEY))

    assert money.money.mean > likely.money.mean + 0.03
    assert likely.precision.mean > money.precision.mean
    assert likely.precision.mean > 2 * report.months[0].bads / report.months[0].customers
    assert likely.precision.low < likely.precision.mean < likely.precision.high
    points = report.months[0].policies[LIKELY].curve
    assert [each.share for each in points] == list(PLAN.curve)
    before = report.month_before
    assert before is not None
    assert before.share == PLAN.budget
    assert before.precision.mean > 2 * report.months[0].bads / report.months[0].customers
    recalls = [each.recall.mean for each in points]
    assert recalls == sorted(recalls)


def test_expected_loss_is_the_fact_of_that_name() -> None:
    assert expected_loss(np.array([0.5, 0.25]), np.array([3, 10])).tolist() == [2, 2]


def test_each_rule_stands_beside_all_others_and_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = tried()

    show(report)
    page = render(report)

    told = capsys.readouterr().out
    for word in ("default-likely", "NOT MET", "FAULT: a fault", "near-suspension"):
        assert word in told
    for word in ("Read this first", "suspending more or fewer", "default_probability &gt;= "):
        assert word in page
    assert json.loads(json.dumps(report.as_json(), allow_nan=False))["splits"] == 2
    outcomes = report.months[0].policies[LIKELY].outcomes
    assert sum(each.lines for each in outcomes) == report.months[0].held_out
    suspended = outcomes[0]
    assert suspended.name == "suspend"
    assert suspended.bad_rate > 2 * suspended.bad_rate_of_others


# Leaks, each planted once.


def test_a_clean_sample_has_no_leak() -> None:
    assert leaks(customers()[0], most_auc=PLAN.leak_auc) == ()


@pytest.mark.parametrize("share_told", [1.0, 0.2])
def test_the_ending_among_the_features_is_caught(share_told: float) -> None:
    """October's default as a column, for everybody or for a fifth of those it befell."""
    sample, owed = customers()
    rng = np.random.default_rng(1)
    told = sample.is_bad & (rng.random(len(sample)) < share_told)
    leak = NumberColumn("defaulted_in_october", told.astype(np.float64))
    planted = replace(sample, columns=(*sample.columns, leak))

    assert "defaulted_in_october" in leaks(planted, most_auc=PLAN.leak_auc)[0]
    with pytest.raises(InvalidInput, match="2005-09: defaulted_in_october"):
        list(try_month(month(planted, owed), PLAN, tell=silent))


def test_next_months_status_among_the_features_is_caught() -> None:
    sample, _ = customers()
    rng = np.random.default_rng(2)
    status = np.where(
        sample.is_bad, rng.integers(2, 5, len(sample)), rng.integers(-2, 2, len(sample))
    )
    leak = NumberColumn("status_next_month", status.astype(np.float64))
    planted = replace(sample, columns=(leak, *sample.columns))

    assert leaks(planted, most_auc=PLAN.leak_auc) == (
        "status_next_month alone foretells the endings with an AUC of 1.000",
    )


def replayed(database: Database, folder: Path) -> Panel:
    read = panel.read(write_panel(folder, panel_text(MIXED)), TAIWAN)
    seen: list[tuple[int, date]] = []

    def look(number: int, on: date) -> None:
        seen.append((number, on))

    assert replay(database, read, TAIWAN, tell=silent, look=look).faultless
    assert seen == list(enumerate(TAIWAN.statement_dates))
    return read


def test_a_status_learned_too_early_shows_as_a_look_ahead(
    database: Database, tmp_path: Path
) -> None:
    """What is told later of an earlier day is not seen from that day, unless it claims to have been known then."""
    read = replayed(database, tmp_path)
    august = 4

    def known(db: Connection) -> dict[str, np.ndarray]:
        return dict(month_end(db, read, TAIWAN, month=august).columns)

    then = database.read(known)
    on = TAIWAN.statement_dates[august]
    customer = int(then["customer_id"][0])
    after = TAIWAN.statement_dates[-1]
    honest = OutsideFact(customer, STATUS, 6, after, after, "panel")
    database.write(lambda db: record_outside_facts(db, [honest], at=noon(after)))
    assert looked_ahead(then, database.read(known)) == []

    backdated = OutsideFact(customer, STATUS, 6, on, on, "panel")
    database.write(lambda db: record_outside_facts(db, [backdated], at=noon(after)))
    assert "status_latest" in looked_ahead(then, database.read(known))


def test_months_end_as_the_panel_says(database: Database, tmp_path: Path) -> None:
    read = replayed(database, tmp_path)
    told = {4: read.statuses[:, 5] >= 2, 5: read.defaulted == 1}
    for number, is_bad in told.items():
        found = database.read(lambda db, number=number: month_end(db, read, TAIWAN, month=number))
        assert np.array_equal(found.is_bad, is_bad)
        assert found.on == TAIWAN.statement_dates[number]
        owed = np.maximum(read.bills_minor[:, number], 0)
        assert np.array_equal(found.columns["principal_minor"], owed)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("splits    = 10", "splits    = 0", "splits cannot be meant"),
        ("splits    = 10", 'splits    = "x"', "Expected `int`"),
        ("splits    = 10", "splitz    = 10", "splitz"),
        ("slack     = 0.008", "slack     = 0.2", "slack cannot be meant"),
        ("bands     = [0.70, 0.60", "bands     = [0.60, 0.70", "bands cannot be meant"),
        ("[aim.money]", "[aim.other]", "aim cannot be meant"),
    ],
)
def test_a_plan_is_read_strictly(old: str, new: str, cause: str) -> None:
    from importlib import resources

    body = (resources.files("whiteslip.bench") / "data" / "suspend.toml").read_text("utf-8")
    assert old in body

    with pytest.raises(InvalidInput, match=cause):
        read_plan(body.replace(old, new), file="plan.toml")


def test_a_panel_that_is_not_there_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHITESLIP_DATA", raising=False)
    with pytest.raises(SystemExit) as ended:
        app(["bench", "suspend"])
    assert ended.value.code == 2
    assert "say with --panel which portfolio" in capsys.readouterr().err


@pytest.mark.slow
def test_the_chain_from_a_recorded_panel_to_restrictions_in_the_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recorded_panel: Path
) -> None:
    part, page = tmp_path / "part.csv", tmp_path / "report.html"
    part.write_text(part_of(recorded_panel), "utf-8")

    with pytest.raises(SystemExit) as ended:
        app(
            [
                "bench",
                "suspend",
                "--panel",
                str(part),
                "--splits",
                "1",
                "--out",
                str(page),
                "--json",
            ]
        )

    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["faults"]) == (0, [])
    assert [each["month"] for each in told["months"]] == ["2005-08", "2005-09"]
    assert told["live"]["restricted"] == told["live"]["expected"]
    assert told["live"]["suspended_held_out"] == told["live"]["expected_held_out"] > 0
    assert "Through the database" in page.read_text("utf-8")
