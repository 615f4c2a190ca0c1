"""Names give away protected attributes and numberings, and not more than that."""

from __future__ import annotations

import pytest

from whiteslip.decisioning.samples.names import names_rows, protected_by_labels, protected_by_name


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("SEX", "sex"),
        ("customerGender", "sex"),
        ("客户性别", "sex"),
        ("Geschlecht", "sex"),
        ("CODE_GENDER", "sex"),
        ("age", "age"),
        ("Age_Years", "age"),
        ("birth.date", "age"),
        ("DOB", "age"),
        ("alter", "age"),
        ("Alter_Jahre", "age"),
        ("年龄", "age"),
        ("SeniorCitizen", "age"),
        ("MARRIAGE", "marriage"),
        ("marital_status", "marriage"),
        ("famges", "marriage"),
        ("Familienstand", "marriage"),
        ("婚姻状况", "marriage"),
        ("EDUCATION", "education"),
        ("NAME_EDUCATION_TYPE", "education"),
        ("学历", "education"),
        ("Staatsangehörigkeit", "origin"),
        ("gastarb", "origin"),
        ("foreign_worker", "origin"),
        ("race", "origin"),
        ("民族", "origin"),
        ("Religionszugehörigkeit", "religion"),
        ("宗教信仰", "religion"),
        ("disability", "health"),
        ("政治面貌", "politics"),
    ],
)
def test_protected_attributes_are_known_by_name(name: str, attribute: str) -> None:
    assert protected_by_name(name) == attribute


@pytest.mark.parametrize(
    "name",
    [
        "PAY_0",
        "LIMIT_BAL",
        "account_age",
        "age_of_oldest_trade",
        "car_age",
        "average",
        "language",
        "mileage",
        "page",
        "usage",
        "trace",
        "degree_of_risk",
        "marriageable2x",
        "subscription",
        "loan_amount",
        "laufkont",
        "beruf",
        "收入",
        "余额",
        "",
    ],
)
def test_other_names_are_left_alone(name: str) -> None:
    assert protected_by_name(name) is None


def test_labels_tell_what_a_name_hides() -> None:
    assert protected_by_labels(("M", "F")) == "sex"
    assert protected_by_labels(("男", "女")) == "sex"
    assert protected_by_labels(("Married", "Single", "Divorced")) == "marriage"
    assert protected_by_labels(("M", "T", "W")) is None
    assert protected_by_labels(("single", "joint")) is None
    assert protected_by_labels(()) is None


def test_numberings_are_known_by_name() -> None:
    assert all(map(names_rows, ("ID", "customer_id", "客户编号", "Unnamed: 0", "kundennummer nr")))
    assert not any(map(names_rows, ("paid", "no_of_cards", "idle_days", "")))
