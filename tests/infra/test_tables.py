"""Tables are read as they were written, or refused with the place that is wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whiteslip.infra import tables
from whiteslip.kernel.errors import InvalidInput

CELLS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=8
)


def read(folder: Path, body: bytes) -> tables.RawTable:
    path = folder / "table.csv"
    path.write_bytes(body)
    return tables.read(path)


def refusal(folder: Path, body: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read(folder, body)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def cells(table: tables.RawTable) -> dict[str, list[str]]:
    return {name: column.to_pylist() for name, column in table.columns.items()}


def test_cells_stay_as_they_are_written(tmp_path: Path) -> None:
    table = read(tmp_path, b'a,b\n 1 ,"x ""y"", z"\n,NA\n')

    assert cells(table) == {"a": [" 1 ", ""], "b": ['x "y", z', "NA"]}
    assert (table.rows, table.kind, table.notes) == (2, "CSV, comma, UTF-8", ())


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_delimiter_is_found_out(tmp_path: Path, sign: str, name: str) -> None:
    table = read(tmp_path, f'a{sign}b\n"1{sign}5"{sign}2,5\n3{sign}4,5\n'.encode())

    assert cells(table) == {"a": [f"1{sign}5", "3"], "b": ["2,5", "4,5"]}
    assert name in table.kind


@pytest.mark.parametrize(
    ("code", "name"),
    [("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("gb18030", "GB18030")],
)
def test_chinese_is_read_in_its_encodings(tmp_path: Path, code: str, name: str) -> None:
    table = read(tmp_path, "姓名,城市\n张三,北京\n李四,上海\n".encode(code))

    assert cells(table) == {"姓名": ["张三", "李四"], "城市": ["北京", "上海"]}
    assert name in table.kind


def test_western_letters_are_not_taken_for_chinese(tmp_path: Path) -> None:
    table = read(tmp_path, "Größe;Straße\nMüller;Königsallee\nAndré;Señor\n".encode("cp1252"))

    assert cells(table)["Größe"] == ["Müller", "André"]


def test_a_said_encoding_and_delimiter_win(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("a,b;c\né,1;2\n".encode("latin-1"))

    table = tables.read(path, delimiter=";", encoding="latin-1")

    assert cells(table) == {"a,b": ["é,1"], "c": ["2"]}
    with pytest.raises(InvalidInput, match="is not no-such-code text"):
        tables.read(path, encoding="no-such-code")
    with pytest.raises(InvalidInput, match="is not utf-8 text"):
        tables.read(path, encoding="utf-8")


def test_every_name_is_made_unique_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,,a,a (2),\n1,2,3,4,5\n")

    assert list(table.columns) == ["a", "column 2", "a (3)", "a (2)", "column 5"]
    assert len(table.notes) == 3


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"a,b", "no rows"),
        (
            b"a,b\n1,2\n3\n4,5\n6,7,8\n",
            "row 2 has 1 cell where the header has 2: '3' (2 such rows)",
        ),
        (b'a,b\n1,2\n3,"x\n4,5\n', "row 2: a quotation mark is never closed"),
        (b'a,b\n1,2\n"x,3\n4,5\n', "row 2 has 1 cell"),
        (b"a,b\n1,\x00\n", "zero bytes"),
        ("a,b\n1,é".encode()[:-1], "middle of a character"),
        (b"\x1f\x8bnothing", "gzip"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 900, mtime=0)[:-20], "gzip"),
        (b"PAR1nonsense", "damaged Parquet"),
        (b"PK\x03\x04", "Excel workbook"),
        (b"BZh91", "bzip2"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, body: bytes, says: str) -> None:
    assert says in refusal(tmp_path, body)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is a folder"):
        tables.read(tmp_path)
    with pytest.raises(InvalidInput, match="No such file"):
        tables.read(tmp_path / "none.csv")
    with pytest.raises(InvalidInput, match="cannot be written"):
        tables.write(tmp_path / "none" / "x.csv", {"a": np.arange(2)})


def test_an_unreadable_row_is_counted_past_quoted_line_breaks(tmp_path: Path) -> None:
    assert "row 3 has 3 cells" in refusal(tmp_path, b'a,b\n"1\n1",2\n\n3,4\n5,6,7\n')


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    tables.write(path, {"n": np.array([1.5, 2.0]), "名": ["a,b", 'c"d']})

    table = tables.read(path)

    assert [float(each) for each in cells(table)["n"]] == [1.5, 2.0]
    assert cells(table)["名"] == ["a,b", 'c"d']
    assert [each.name for each in tmp_path.iterdir()] == [name]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20))
def test_quoted_cells_survive_any_text(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    body = "\n".join(["a,b,c", *(",".join(row) for row in quoted)])

    table = read(tmp_path, body.encode())

    assert list(zip(*cells(table).values(), strict=True)) == rows


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | st.text("a1,;\t|\"'\n\r é中", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(body)
    try:
        table = tables.read(path)
    except InvalidInput as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017
        return
    assert table.rows > 0
    assert {len(column) for column in table.columns.values()} == {table.rows}
