"""What is said of a table is read strictly; everything wrong is named at once."""

from __future__ import annotations

import pytest

from whiteslip.decisioning.samples.schema import NO_WISH, Kind, Schema, read_schema
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode


def test_a_whole_schema_is_read() -> None:
    schema = read_schema(
        """
        target = "status"
        bad = ["Charged Off", 2]
        good = "Paid"
        encoding = "gb18030"
        delimiter = ";"
        [columns."收入 yuan"]
        kind = "number"
        special = [-9, 99999999]
        direction = -1
        reason = "CAP-04"
        missing = ["unknown"]
        [columns.opened]
        kind = "days"
        before = "2024-12-31"
        [columns.zip]
        exclude = true
        """,
        file="s.toml",
    )

    assert (schema.target, schema.bad, schema.good) == ("status", ("Charged Off", "2"), ("Paid",))
    assert (schema.encoding, schema.delimiter) == ("gb18030", ";")
    income = schema.wish("收入 yuan")
    assert (income.kind, income.specials, income.direction) == (Kind.NUMBER, (-9.0, 99999999.0), -1)
    assert (income.reason, income.missing) == (ReasonCode.HIGH_DEBT, ("unknown",))
    assert schema.wish("opened").before == "2024-12-31"
    assert schema.wish("zip").exclude
    assert schema.wish("other") is NO_WISH


def test_an_empty_schema_says_nothing() -> None:
    assert read_schema("", file="s.toml") == Schema()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("target = 5", "target: 5 is not a text"),
        ("tarket = 'y'", "'tarket' is not one of"),
        ("columns = 3", "columns: must be tables"),
        ("[columns]\nx = 3", "column 'x': must be a table"),
        ("[columns.x]\nkind = 'float'", "column 'x': kind: 'float' is not one of"),
        ("[columns.x]\nspecial = ['a']", "column 'x': special"),
        ("[columns.x]\nspecial = [nan]", "column 'x': special"),
        ("[columns.x]\ndirection = 2", "column 'x': direction: 2 is not +1 or -1"),
        ("[columns.x]\ndirection = true", "column 'x': direction"),
        ("[columns.x]\nreason = 'DLQ-99'", "column 'x': reason: 'DLQ-99' is not a code"),
        ("[columns.x]\ninclude = 1", "column 'x': include: 1 is not true or false"),
        ("[columns.x]\ninclude = true\nexclude = true", "contradict"),
        ("[columns.x]\nkind = 'days'", "belong together"),
        ("[columns.x]\nbefore = '2024-01-01'", "belong together"),
        ("[columns.x]\nkind = 'category'\ndirection = 1", "a category has no direction"),
        ("delimiter = ';;'", "delimiter"),
        ("[columns.x]\nkind = 'days'\nbefore = 'x'", "counted back from itself"),
        (f"[columns.x]\nspecial = [{'9' * 400}]", "column 'x': special"),
        (f"[columns.x]\nspecial = [{'9' * 5000}]", "not TOML"),
        ("a = " + "[" * 5000, "not TOML"),
        ('delimiter = "\\u0000"', "delimiter"),
        ("bad = [[1]]", "bad"),
        ("bad = ", "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(body: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_schema(body, file="s.toml")

    assert str(refused.value).startswith("s.toml: ")
    assert says in str(refused.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_schema("target = 1\n[columns.x]\nkind = 'a'\ndirection = 5", file="s.toml")

    assert str(refused.value).count(";") == 2
