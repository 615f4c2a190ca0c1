"""What is wrong with a panel is named by row and column before anything else happens."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from tests.world.panels import HEADER, panel_text, write_panel

from whiteslip.kernel.errors import InvalidInput
from whiteslip.world import panel, profiles

TAIWAN = profiles.load("taiwan")


def refusal(tmp_path: Path, content: str | bytes, *, strict: bool = False) -> str:
    path = tmp_path / "panel.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInput) as caught:
        panel.read(path, TAIWAN, strict=strict)
    return str(caught.value)


def test_months_are_oldest_first_and_amounts_in_minor_units(tmp_path: Path) -> None:
    text = panel_text(
        [{"ID": 7, "BILL_AMT6": "-3.5", "BILL_AMT1": 9, "PAY_0": 2, "PAY_AMT5": "4e2"}]
    )
    read = panel.read(write_panel(tmp_path, text), TAIWAN)

    assert read.ids.tolist() == [7]
    assert read.limits_minor.tolist() == [5_000_000]
    assert read.bills_minor.tolist() == [[-350, 0, 0, 0, 0, 900]]
    assert read.payments_minor.tolist() == [[0, 40_000, 0, 0, 0, 0]]
    assert read.statuses.tolist() == [[0, 0, 0, 0, 0, 2]]
    assert read.warnings == ()


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_gzipped_file_reads_the_same(tmp_path: Path, suffix: str) -> None:
    read = panel.read(write_panel(tmp_path, panel_text([{}]), suffix), TAIWAN)
    assert read.customers == 1


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("abc", "not a number"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("1_000", "not a number"),
        ("１", "not a number"),
        ("", "empty"),
        ("0.005", "finer than a cent"),
        ("1e20", "out of range"),
        ("-1", "out of range"),
    ],
)
def test_a_bad_amount_is_named(tmp_path: Path, cell: str, what: str) -> None:
    text = refusal(tmp_path, panel_text([{}, {"PAY_AMT2": cell}]))
    assert text.startswith(f"column PAY_AMT2: 1 {what}: row 2 (line 3)")


def test_many_faults_are_counted_and_the_first_few_listed(tmp_path: Path) -> None:
    text = refusal(tmp_path, panel_text([{"AGE": "old"}] * 8 + [{"PAY_0": "1.5"}]))
    assert "column AGE: 8 not a number: row 1 (line 2)" in text
    assert "and 3 more" in text
    assert "column PAY_0: 1 not a whole number: row 9 (line 10): '1.5'" in text


def test_a_repeated_id_is_an_error_and_a_repeated_row_is_not(tmp_path: Path) -> None:
    text = refusal(tmp_path, panel_text([{"ID": 4}, {"ID": 5}, {"ID": 4}]))
    assert text == "column ID: 1 used again by another row: row 3 (line 4): '4'"

    twins = panel_text([{"ID": 4}, {"ID": 5}])
    assert panel.read(write_panel(tmp_path, twins), TAIWAN).duplicate_rows == 1
    assert "repeat another row" in refusal(tmp_path, twins, strict=True)


def test_undocumented_codes_are_counted(tmp_path: Path) -> None:
    rows = panel_text([{"EDUCATION": 0, "PAY_3": 12}, {"EDUCATION": 6}, {"EDUCATION": 6}])
    read = panel.read(write_panel(tmp_path, rows), TAIWAN)
    assert read.undocumented == {"EDUCATION": {0: 1, 6: 2}, "status": {12: 1}}
    assert "column EDUCATION" in refusal(tmp_path, rows, strict=True)


def test_columns_are_needed_and_others_ignored(tmp_path: Path) -> None:
    text = panel_text([{}])
    assert "2 missing columns: " in refusal(
        tmp_path, text.replace("PAY_2", "PAY_1").replace("BILL_AMT3", "bill")
    )
    assert "twice the same column: PAY_2" in refusal(tmp_path, text.replace("PAY_3", "PAY_2"))
    with_more = "\n".join(line + ",x" for line in text.splitlines())
    assert panel.read(write_panel(tmp_path, with_more), TAIWAN).warnings == ("columns not used: x",)


def test_a_row_of_another_length_is_named(tmp_path: Path) -> None:
    text = refusal(tmp_path, panel_text([{}, {}]).rstrip().rsplit(",", 2)[0])
    assert "row 2 (line 3) has 23 cells and ends before column PAY_AMT1" in text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file is empty"),
        (",".join(HEADER) + "\n", "a header but no rows"),
        (panel_text([{}]).replace("50000", '"50000'), "line "),
        (panel_text([{"AGE": 30}]).encode() + b"\xff\xfe", "line 3: not UTF-8 text"),
        (
            gzip.compress(panel_text([{"AGE": 30}] * 99).encode(), mtime=0)[:-20],
            "damaged or incomplete gzip file",
        ),
        (b"\x1f\x8bnot gzip at all", "damaged or incomplete gzip file"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: str | bytes, what: str) -> None:
    assert what in refusal(tmp_path, content)


def test_a_missing_file_and_an_unknown_profile_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        panel.read(tmp_path / "none.csv", TAIWAN)
    with pytest.raises(InvalidInput, match="is not a profile; one of taiwan"):
        profiles.load("atlantis")


def test_the_recorded_panel_reads(recorded_panel: Path) -> None:
    read = panel.read(recorded_panel, TAIWAN)
    assert read.customers > 20_000
    assert set(read.undocumented) == {"EDUCATION", "MARRIAGE"}
