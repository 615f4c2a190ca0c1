"""From a table to a model, its figures, its scores and its monitoring, on made-up and on real customers."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whiteslip.decisioning.models.model import ModelKind
from whiteslip.decisioning.samples.cells import arrow
from whiteslip.decisioning.samples.fitted import Fitted, read_fitted, write_fitted
from whiteslip.decisioning.samples.schema import read_schema
from whiteslip.flows import publish_model
from whiteslip.flows.fit_model import Wanted, fit_model, name_from
from whiteslip.flows.monitor_model import monitor_model
from whiteslip.flows.score_table import score_table
from whiteslip.infra import tables
from whiteslip.infra.database import Connection
from whiteslip.infra.tables import RawTable
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
TODAY = date(2024, 5, 2)


def people(rows: int = 1500, *, seed: int = 1, shift: float = 0.0) -> RawTable:
    """Make customers whose debts and city tell something of how they end."""
    generator = np.random.default_rng(seed)
    debts = generator.normal(50 + shift, 15, rows).round(1)
    city = generator.choice(["北京", "上海", "广州"], rows, p=[0.5, 0.3, 0.2])
    noise = generator.normal(0, 1, rows).round(3)
    risk = (debts - 50) / 12 + (city == "广州") * 1.5 - 1.8
    bad = generator.random(rows) < 1 / (1 + np.exp(-risk))
    sex = generator.choice(["F", "M"], rows)
    columns: dict[str, Any] = {
        "debts": arrow.array([f"{value}" for value in debts]),
        "城市": arrow.array(city.tolist()),
        "noise": arrow.array([f"{value}" for value in noise]),
        "sex": arrow.array(sex.tolist()),
        "bad": arrow.array(["1" if each else "0" for each in bad]),
    }
    return RawTable(columns, rows, "CSV, comma, UTF-8", (), "0" * 64)


def without(raw: RawTable, *names: str) -> RawTable:
    columns = {name: cells for name, cells in raw.columns.items() if name not in names}
    return RawTable(columns, raw.rows, raw.kind, raw.notes, raw.checksum)


@pytest.fixture(scope="module")
def both() -> Fitted:
    wanted = Wanted(
        file="p.csv", target="bad", name="people", kinds=("scorecard", "boosted"), folds=3
    )
    return fit_model(people(), wanted)


def test_both_kinds_learn_what_there_is_and_only_that(both: Fitted) -> None:
    assert [each.kind for each in both.learned] == ["scorecard", "boosted"]
    for learned in both.learned:
        assert 0.75 < learned.cross.auc < 0.9
        assert learned.own_auc > learned.cross.auc - 0.01
        assert learned.cross.calibration_error < 0.04
        assert learned.strengths[0].column == "debts"
        assert learned.reasons[0].column == "debts"
        assert sum(fold.rows for fold in learned.folds) == both.rows == 1500
        assert sum(learned.baseline) == both.rows
    assert [each.name for each in both.columns if each.fate == "protected attribute"] == ["sex"]
    assert {group.label for group in both.groups} == {"F", "M"}


def test_the_file_holds_everything(both: Fitted) -> None:
    body = write_fitted(both)

    again = read_fitted(body, file="model.json")
    assert again == both
    assert write_fitted(again) == body
    assert score_table(again, people()).columns["points"].tolist() == (
        score_table(both, people()).columns["points"].tolist()
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seed"', '"sead"'),
        ("fitted model 1", "fitted model 9"),
        ('"version": 1', '"version": 0'),
        ('"name": "people"', '"name": "../people"'),
        ('"decimal": "."', '"decimal": "x"'),
        ('"name": "城市"', '"name": "debts"'),
    ],
)
def test_another_file_is_refused(both: Fitted, old: str, new: str) -> None:
    body = write_fitted(both)
    assert old in body

    with pytest.raises(InvalidInput, match=r"model\.json: "):
        read_fitted(body.replace(old, new), file="model.json")


@pytest.mark.parametrize("body", ["", "[]", "{}", "{"])
def test_what_is_no_fitted_model_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput, match="is no fitted model"):
        read_fitted(body, file="model.json")


def test_the_same_seed_gives_the_same_model(both: Fitted) -> None:
    wanted = Wanted(
        file="p.csv", target="bad", name="people", kinds=("scorecard", "boosted"), folds=3
    )

    assert write_fitted(fit_model(people(), wanted)) == write_fitted(both)


def test_noise_promises_nothing() -> None:
    raw = people()
    ends = np.random.default_rng(4).permutation(raw.columns["bad"].to_pylist()).tolist()
    noise = RawTable({**raw.columns, "bad": arrow.array(ends)}, raw.rows, "", (), "")
    try:
        fitted = fit_model(noise, Wanted(file="n", target="bad", name="n"))
    except InvalidInput as error:
        assert "no column tells good from bad" in str(error)  # noqa: PT017
        return
    assert 0.42 < fitted.learned[0].cross.auc < 0.58


def test_a_column_of_pure_labels_does_not_flatter_the_folds() -> None:
    raw = people()
    labels = [f"shop {place}" for place in np.random.default_rng(7).integers(0, 220, raw.rows)]
    table = {"shop": arrow.array(labels), "bad": raw.columns["bad"], "noise": raw.columns["noise"]}
    try:
        fitted = fit_model(
            RawTable(table, raw.rows, "", (), ""), Wanted(file="n", target="bad", name="n")
        )
    except InvalidInput:
        return
    assert fitted.learned[0].cross.auc < 0.58


def test_folds_are_judged_by_models_that_had_not_seen_them() -> None:
    raw, generator = people(500), np.random.default_rng(8)
    noise = {f"n{place}": arrow.array(generator.normal(size=500)) for place in range(25)}
    table = RawTable({**raw.columns, **noise}, raw.rows, "", (), "")

    fitted = fit_model(table, Wanted(file="n", target="bad", name="n", kinds=("boosted",)))

    (learned,) = fitted.learned
    assert learned.own_auc > 0.85
    assert learned.cross.auc < 0.82
    assert abs(np.mean([fold.auc for fold in learned.folds]) - learned.cross.auc) < 0.02


def test_few_bad_rows_give_fewer_folds_and_say_so() -> None:
    raw = people(400)
    kept = [place for place, end in enumerate(raw.columns["bad"].to_pylist()) if end == "0"]
    kept += [place for place, end in enumerate(raw.columns["bad"].to_pylist()) if end == "1"][:12]
    table = {name: cells.take(arrow.array(kept)) for name, cells in raw.columns.items()}

    fitted = fit_model(
        RawTable(table, len(kept), "", (), ""), Wanted(file="f", target="bad", name="f", folds=20)
    )

    assert len(fitted.learned[0].folds) == 6
    assert "6 folds, as there are only 12 bad rows" in fitted.learned[0].notes


def test_what_a_schema_says_reaches_the_model() -> None:
    schema = read_schema(
        '[columns.debts]\ndirection = 1\nreason = "CAP-04"\n[columns."城市"]\nexclude = true',
        file="s.toml",
    )
    fitted = fit_model(people(), Wanted(file="p", target="bad", name="p", schema=schema))

    assert '"CAP-04"' in fitted.learned[0].body
    assert [each.name for each in fitted.recipes] == ["debts", "noise"]


def test_scores_fall_with_debts_and_say_why(both: Fitted) -> None:
    raw = people(5)
    columns = {
        "debts": arrow.array(["20", "50", "95", "", "abc"]),
        "城市": arrow.array(["北京", "上海", "广州", "", "深圳"]),
        "noise": raw.columns["noise"],
        "key": arrow.array(list("abcde")),
    }
    scored = score_table(both, RawTable(columns, 5, "", (), ""), key="key")

    points, probability = scored.columns["points"], scored.columns["probability"]
    assert points[0] > points[1] > points[2]
    assert probability[0] < probability[1] < probability[2]
    assert scored.columns["reasons"].to_pylist()[2] == "debts; 城市"
    assert scored.columns["key"].to_pylist() == list("abcde")
    assert {"probability_boosted", "reasons_boosted"} <= set(scored.columns)
    assert scored.notes == (
        "debts: 1 cell cannot be read and count as missing: 'abc' (1)",
        "城市: 1 cell with labels never seen: '深圳' (1)",
    )


def test_missing_columns_are_refused_by_name(both: Fitted) -> None:
    with pytest.raises(InvalidInput, match="lacks columns: debts, 城市"):
        score_table(both, without(people(), "debts", "城市"))
    with pytest.raises(InvalidInput, match="no column 'id'"):
        score_table(both, people(), key="id")
    assert score_table(both, without(people(), "bad", "sex")).rows == 1500


def test_monitoring_is_calm_where_nothing_moved_and_acts_where_it_did(both: Fitted) -> None:
    same, moved = monitor_model(both, people(seed=2)), monitor_model(both, people(seed=2, shift=30))

    card = same[0].report
    assert {each.alarm.value for each in card.findings if each.figure.startswith("PSI")} == {
        "clear"
    }
    assert same[0].today is not None
    assert abs(same[0].today.auc - both.learned[0].cross.auc) < 0.05
    findings = {each.figure: each.alarm.value for each in moved[0].report.findings}
    assert findings["PSI of debts"] == findings["PSI of the score"] == "act"
    assert findings["PSI of 城市"] == "clear"
    assert moved[0].report.alarm.value == "act"


def test_monitoring_needs_no_endings_and_concludes_nothing_from_few_rows(both: Fitted) -> None:
    blind = monitor_model(both, without(people(seed=2), "bad"))
    few = monitor_model(both, people(50, seed=2))

    assert blind[0].today is None
    assert {each.figure: each.alarm.value for each in blind[0].report.findings}["auc"] == "unknown"
    assert few[0].report.alarm.value == "unknown"


def test_a_second_person_leads_a_model_into_use(both: Fitted, db: Connection) -> None:
    with pytest.raises(InvalidInput, match="say which"):
        publish_model.draft(db, both, kind=None, on=TODAY, by="anna", at=NOON)

    entry = publish_model.draft(db, both, kind="boosted", on=TODAY, by="anna", at=NOON)
    assert (entry.name, entry.version, entry.kind) == ("people-boosted", 1, ModelKind.BOOSTED)
    assert entry.figures["auc"] == both.learned[1].cross.auc
    with pytest.raises(Conflict):
        publish_model.release(db, "people-boosted", 1, by="anna", at=NOON)
    with pytest.raises(NotAllowed):
        publish_model.approve(db, "people-boosted", 1, by="anna", at=NOON)
    publish_model.approve(db, "people-boosted", 1, by="ben", at=NOON)
    assert publish_model.release(db, "people-boosted", 1, by="ben", at=NOON).status == "live"
    publish_model.draft(db, both, kind="scorecard", on=TODAY, by="anna", at=NOON)
    assert [each.name for each in publish_model.entries(db)] == ["people", "people-boosted"]


def test_names_are_made_of_file_names() -> None:
    assert name_from("Kredit 2024 (neu)") == "kredit-2024-neu"
    assert name_from("客户") == "model"
    assert len(name_from("a" * 200)) == 63


@pytest.mark.parametrize(
    ("file", "target", "bad", "least_auc", "protected"),
    [
        (
            "taiwan_dev.csv.gz",
            "default.payment.next.month",
            (),
            0.765,
            ["SEX", "EDUCATION", "MARRIAGE", "AGE"],
        ),
        ("south_german_dev.csv.gz", "kredit", ("0",), 0.75, ["famges", "alter", "gastarb"]),
    ],
)
def test_real_customers(
    file: str, target: str, bad: tuple[str, ...], least_auc: float, protected: list[str]
) -> None:
    folder = os.environ.get("WHITESLIP_DATA")
    if not folder:
        pytest.skip("WHITESLIP_DATA names no folder with the public tables")
    raw = tables.read(Path(folder) / file)

    fitted = fit_model(raw, Wanted(file=file, target=target, name="real", bad=bad, folds=3))

    assert fitted.learned[0].cross.auc > least_auc
    assert [each.name for each in fitted.columns if each.fate == "protected attribute"] == protected
