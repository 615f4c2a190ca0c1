"""The declarations are read strictly: each fault is named by file, table and cause."""

from __future__ import annotations

import pytest

from whiteslip.decisioning.features.model import Declarations, FeatureType, WhenAbsent
from whiteslip.decisioning.features.reading import read
from whiteslip.decisioning.features.store import declarations
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

FEATURE = """
[feature.spend_30d_minor]
group = "consumption"
type = "money"
null = "zero"
direction = 0
window = 30
zh = "近30天消费"
en = "Spent in the last 30 days"
"""
OUTSIDE = """
[outside.employment]
type = "text"
labels = ["employed", "retired"]
zh = "就业状况"
en = "Employment"
"""


def declared(body: str) -> Declarations:
    found, problems = read(body, file="features.toml")
    assert found is not None, problems
    return found


def causes(body: str) -> list[str]:
    found, problems = read(body, file="features.toml")
    assert found is None
    return [str(problem) for problem in problems]


def test_a_declaration_is_read_as_written() -> None:
    found = declared(FEATURE + OUTSIDE)

    spend = found.features["spend_30d_minor"]
    assert (spend.group, spend.type, spend.when_absent) == (
        "consumption",
        FeatureType.MONEY,
        WhenAbsent.ZERO,
    )
    assert (spend.direction, spend.window_days, spend.labels) == (0, 30, ())
    assert spend.about.en == "Spent in the last 30 days"
    assert found.outside["employment"].labels == ("employed", "retired")
    assert found.groups == {"consumption": (spend,)}


def test_a_reason_is_one_of_the_catalog_or_none() -> None:
    told = declared(FEATURE + 'reason = "CAP-02"\n').features["spend_30d_minor"]

    assert told.reason is ReasonCode.HIGH_UTILIZATION
    assert declared(FEATURE).features["spend_30d_minor"].reason is None


def test_what_has_no_direction_is_told_by_the_text_that_tells_of_none() -> None:
    """Most texts speak of too much or too little; a model may hold either against somebody."""
    for feature in declarations().features.values():
        if not feature.direction:
            assert feature.reason in {None, ReasonCode.DEFAULT_LIKELY}, feature.name


def test_only_known_features_can_be_selected() -> None:
    found = declared(FEATURE)

    assert found.select(["spend_30d_minor"] * 2) == found.select(None)
    with pytest.raises(InvalidInput, match="no such feature: score, age"):
        found.select(["score", "age"])


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('type = "money"', 'type = "euro"', "type: 'euro' is not one of int, money"),
        ('type = "money"\n', "", "type: is missing"),
        ('type = "money"', 'type = "int"', "a name ends in _minor where, and only where"),
        ('null = "zero"', 'null = "none"', "null: 'none' is not one of zero, missing"),
        ('null = "zero"\n', "", "null: is missing"),
        ("direction = 0", "direction = 2", "direction: 2 is not -1, 0 or 1"),
        ("direction = 0", "direction = true", "direction: True is not -1, 0 or 1"),
        ("direction = 0\n", "", "direction: None is not -1, 0 or 1"),
        ("window = 30", "window = 0", "window: 0 is not a number of days from 1"),
        ("window = 30", "window = 30.5", "window: 30.5 is not a number of days"),
        ("window = 30", "windows = 30", "'windows' is not a key known here"),
        ('group = "consumption"', 'group = "; DROP"', "group: '; DROP' does not name a statement"),
        ("window = 30", 'reason = "CAP-99"', "reason: 'CAP-99' is not a code of the catalog"),
        ("window = 30", "reason = 1", "reason: 1 is not a code of the catalog"),
        ('zh = "近30天消费"\n', "", "zh: a description is needed"),
        ('en = "Spent in the last 30 days"', 'en = " "', "en: a description is needed"),
        ("feature.spend_30d_minor", "feature.Spend_minor", "'Spend_minor' is not small letters"),
        ("window = 30", 'labels = ["a"]', "labels: a money has none"),
    ],
)
def test_each_fault_of_a_feature_is_named(old: str, new: str, cause: str) -> None:
    (found,) = causes(FEATURE.replace(old, new))

    assert found.startswith("features.toml, feature ")
    assert cause in found


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('labels = ["employed", "retired"]\n', "", "a text needs a list of different labels"),
        ('["employed", "retired"]', '["employed", "employed"]', "a list of different labels"),
        ('["employed", "retired"]', '["employed", 7]', "a list of different labels"),
        ('labels = ["employed", "retired"]', "labels = 1", "a list of different labels"),
        ('type = "text"', 'type = "text"\nleast = 1', "a text has no order"),
        ('type = "text"\nlabels = ["employed", "retired"]', 'type = "int"\nleast = 1.5', "least"),
        (
            'type = "text"\nlabels = ["employed", "retired"]',
            'type = "int"\nleast = 2\nmost = 1',
            "least 2 is above most 1",
        ),
    ],
)
def test_each_fault_of_an_outside_fact_is_named(old: str, new: str, cause: str) -> None:
    (found,) = causes(FEATURE + OUTSIDE.replace(old, new))

    assert found.startswith("features.toml, outside employment")
    assert cause in found


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("feature = [", "not TOML"),
        ("", "there is no feature"),
        ("feature = 1", "feature is a int, a table is needed"),
        ("[feature]\nspend = 1", "feature spend: is a int, a table is needed"),
        (FEATURE + "[models]", "'models' is not a key known here"),
        (
            FEATURE.replace("_minor", "").replace('"money"', '"text"'),
            "null: a text has no zero",
        ),
        (
            FEATURE.replace("_minor", "")
            .replace('"money"', '"text"\nlabels = ["a"]')
            .replace("direction = 0", "direction = 1"),
            "direction: a text has no order",
        ),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(body: str, cause: str) -> None:
    assert any(cause in found for found in causes(body))


def test_all_faults_are_found_at_once() -> None:
    broken = FEATURE.replace('"money"', '"euro"').replace("window = 30", "window = -1")

    assert len(causes(broken + OUTSIDE.replace("[outside", "[outsides"))) == 3
