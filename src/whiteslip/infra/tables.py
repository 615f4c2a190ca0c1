"""Reading any CSV or Parquet table into columns, and writing one; what is wrong is told in one line.

CSV cells stay text, trimmed of nothing: what they mean is decided elsewhere. Rows are counted from 1
without the header.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
import pyarrow.csv as _csv
import pyarrow.parquet as _parquet

from whiteslip.infra.charsets import Text, as_utf8
from whiteslip.infra.whole_files import cause, write_whole
from whiteslip.kernel.errors import InvalidInput

arrow: Any = pa
compute: Any = _compute
arrow_csv: Any = _csv
parquet: Any = _parquet

Cells: TypeAlias = Any
"""One column as a pyarrow array; the library comes without types."""

MOST_BYTES: Final = 4 << 30
"""What a table may hold once it is unpacked."""
MOST_COLUMNS: Final = 10_000
_BLOCK_BYTES: Final = 64 << 20
_SNIFFED_BYTES: Final = 256 << 10
_SNIFFED_ROWS: Final = 100
_LINES_OF_A_TEXT: Final = 3
_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_FOREIGN: Final = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"%PDF": "a PDF",
    b"ARROW1": "a Feather file",
    b"FEA1": "a Feather file",
    b"ORC": "an ORC file",
    b"SQLite format 3": "a database of SQLite",
    b"\x89PNG": "a picture",
}
_FOREIGN_TEXT: Final = {
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<table": "a web page",
    b"<?xml": "XML",
    b'{"': "JSON",
    b"[{": "JSON",
}
_WORKBOOKS: Final = frozenset({".xls", ".xlsx", ".xlsm", ".ods"})
_SAID_DELIMITER: Final = re.compile(rb"sep=([,;|\t])[ \t]*(?:\r\n|\r|\n)")
"""The line in which Excel says the delimiter."""


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A table as it was written: text columns from CSV, typed ones from Parquet.

    `kind` says how it was read ("CSV, semicolon, GB18030"), `notes` what had to be mended.
    """

    columns: Mapping[str, Cells]
    rows: int
    kind: str
    notes: tuple[str, ...]
    checksum: str
    """SHA-256 of the file as it lies there."""


def read(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> RawTable:
    """Read a CSV (plain or gzip) or Parquet file, told apart by content; `InvalidInput` says why not."""
    raw = _bytes(path)
    checksum = hashlib.sha256(raw).hexdigest()
    raw = _unpacked(raw, path)
    if raw.startswith(b"PAR1"):
        return _read_parquet(raw, path, checksum)
    for magic, what in _FOREIGN.items():
        if raw.startswith(magic):
            raise _wrong(path, f"is {what}; save the table as CSV or Parquet")
    text, code, mended = _text(raw, path, encoding)
    said = _SAID_DELIMITER.match(text)
    sign = delimiter or (said[1].decode() if said else _sniff(text))
    names, columns, headers = _cells(text[said.end() :] if said else text, sign, path)
    rows = len(columns[0])
    if rows == 0:
        raise _wrong(path, "has a header but no rows")
    unique, notes = _unique_names(names, path)
    kind = f"CSV, {_DELIMITERS.get(sign, repr(sign))}, {code}"
    notes = (*mended, *headers, *notes)
    return RawTable(dict(zip(unique, columns, strict=True)), rows, kind, notes, checksum)


def write(path: Path, columns: Mapping[str, Cells]) -> None:
    """Write columns as CSV, packed if the name ends in .gz, or as Parquet if it ends in .parquet.

    The file appears whole or not at all. Names of Excel workbooks are `InvalidInput`.
    """
    ending = path.suffix.lower()
    if ending in _WORKBOOKS:
        raise _wrong(path, "no workbook can be written; let the name end in .csv or .parquet")
    table = arrow.table({name: arrow.array(values) for name, values in columns.items()})
    write_whole(path, lambda beside: _write_table(table, beside, ending))


def _write_table(table: Any, path: Path, ending: str) -> None:
    if ending == ".parquet":
        parquet.write_table(table, str(path))
    elif ending == ".gz":
        with gzip.open(path, "wb") as file:
            arrow_csv.write_csv(table, file)
    else:
        arrow_csv.write_csv(table, str(path))


def _wrong(path: Path, cause: str) -> InvalidInput:
    return InvalidInput(f"{path}: {cause}", where=str(path))


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise _wrong(path, "is a folder, not a table")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _wrong(path, f"has {size:,} bytes, more than {MOST_BYTES:,}")
        return path.read_bytes()
    except OSError as error:
        raise _wrong(path, f"cannot be read: {cause(error)}") from error
    except ValueError as error:
        raise _wrong(path, f"cannot be read: {error}") from error


def _unpacked(raw: bytes, path: Path) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _wrong(path, f"is a damaged or incomplete gzip file: {error}") from error
    if len(unpacked) > MOST_BYTES:
        raise _wrong(path, f"unpacks to more than {MOST_BYTES:,} bytes")
    if unpacked.startswith(b"\x1f\x8b"):
        raise _wrong(path, "is packed twice with gzip")
    return unpacked


def _read_parquet(raw: bytes, path: Path, checksum: str) -> RawTable:
    try:
        found = parquet.ParquetFile(io.BytesIO(raw)).read()
        columns = [_plain(column.combine_chunks()) for column in found.columns]
    except (arrow.ArrowException, OSError) as error:
        raise _wrong(path, f"is a damaged Parquet file: {str(error).splitlines()[0]}") from error
    if found.num_rows == 0 or not columns:
        raise _wrong(path, "has no rows")
    names, notes = _unique_names([str(name) for name in found.column_names], path)
    table = dict(zip(names, columns, strict=True))
    return RawTable(table, int(found.num_rows), "Parquet", notes, checksum)


def _plain(column: Cells) -> Cells:
    """Undo what only saves room: dictionaries and large or viewed strings become strings."""
    if isinstance(column, arrow.ChunkedArray):
        column = arrow.chunked_array(column.chunks, column.type).combine_chunks()
    if arrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if arrow.types.is_large_string(column.type) or arrow.types.is_string_view(column.type):
        column = column.cast(arrow.string())
    return column


def _text(raw: bytes, path: Path, encoding: str | None) -> Text:
    try:
        found = as_utf8(raw, encoding=encoding)
    except ValueError as error:
        raise _wrong(path, str(error)) from error
    if b"\0" in found.body:
        raise _wrong(path, "is not text: it holds zero bytes")
    head = found.body[:1000].strip().lower()
    if not head and not found.body.strip():
        raise _wrong(path, "is empty")
    if foreign := next((what for sign, what in _FOREIGN_TEXT.items() if head.startswith(sign)), ""):
        raise _wrong(path, f"is {foreign}; save the table as CSV or Parquet")
    return found


def _sniff(text: bytes) -> str:
    """Choose the delimiter that cuts the first rows into equally many cells, the more the better."""
    head = text[:_SNIFFED_BYTES].decode("utf-8", "ignore")
    best, chosen = (1.0, 1), ","
    for sign in _DELIMITERS:
        widths = _widths(head, sign, whole=len(text) <= _SNIFFED_BYTES)
        if not widths or widths[0] < 2:
            continue
        (usual, times), *_ = Counter(widths).most_common(1)
        score = (times / len(widths), usual)
        if best == (1.0, 1) or score > best:
            best, chosen = score, sign
    return chosen


def _widths(head: str, sign: str, *, whole: bool) -> list[int]:
    csv.field_size_limit(_SNIFFED_BYTES)
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=sign):
            widths += [len(row)] if row else []
            if len(widths) == _SNIFFED_ROWS:
                return widths
    except csv.Error:
        return widths
    return widths if whole or len(widths) < 2 else widths[:-1]


class _Ragged:
    """Remembers rows whose number of cells is not the header's."""

    def __init__(self) -> None:
        self.count = 0
        self.first = ""

    def __call__(self, row: Any) -> str:
        if not str(row.text).strip():
            return "skip"  # a line of spaces is a blank one
        self.count += 1
        if self.count == 1:
            number = "1 cell" if row.actual_columns == 1 else f"{row.actual_columns} cells"
            cells = f"{number} where the header has {row.expected_columns}"
            told = " ".join(str(row.text).split())[:60]
            is_open = str(row.text).count('"') % 2
            hint = "; is a quotation mark never closed?" if is_open else ""
            if row.expected_columns == 1:
                hint = "; is the first line no header?"
            self.first = f"row {row.number - 1} has {cells}: {told!r}{hint}"
        return "skip"


def _cells(text: bytes, sign: str, path: Path) -> tuple[list[str], list[Cells], tuple[str, ...]]:
    """Cut the text into a header and text columns; a note tells where the header stood again."""
    ragged = _Ragged()
    width = _header_width(text, sign)
    if width > MOST_COLUMNS:
        raise _wrong(path, f"has {width:,} columns, more than {MOST_COLUMNS:,}")
    try:
        found = arrow_csv.read_csv(
            arrow.BufferReader(text if text.endswith((b"\n", b"\r")) else text + b"\n"),
            read_options=arrow_csv.ReadOptions(
                use_threads=False,  # else a ragged row does not know its number
                autogenerate_column_names=True,
                block_size=min(_BLOCK_BYTES, max(len(text) + 2, 1024)),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=sign, newlines_in_values=True, invalid_row_handler=ragged
            ),
            convert_options=arrow_csv.ConvertOptions(
                strings_can_be_null=False,
                column_types={f"f{place}": arrow.string() for place in range(width)},
            ),
        )
    except (arrow.ArrowException, OverflowError) as error:
        raise _wrong(path, f"cannot be cut into cells: {str(error).splitlines()[0]}") from error
    if ragged.count:
        more = f" ({ragged.count:,} such rows)" if ragged.count > 1 else ""
        raise _wrong(path, f"{ragged.first}{more}")
    columns = [column.combine_chunks() for column in found.columns]
    _need_closed_quotes(text, columns, path)
    if b'"' in text:
        _need_own_rows(columns, sign, path)
    names = [str(column[0].as_py()) for column in columns]
    return names, *_without_headers(names, [column.slice(1) for column in columns])


def _without_headers(
    names: Sequence[str], columns: list[Cells]
) -> tuple[list[Cells], tuple[str, ...]]:
    """Leave out rows that say the header once more, as files do that were joined end to end."""
    again: Cells = None
    for name, column in zip(names, columns, strict=True):
        here = compute.equal(column, name)
        again = here if again is None else compute.and_(again, here)
        if not compute.any(again, min_count=0).as_py():
            return columns, ()
    if all(map(_looks_like_value, names)):
        return columns, ()
    places = np.flatnonzero(again.to_numpy(zero_copy_only=False))
    note = f"row {places[0] + 1} repeats the header and is left out"
    if len(places) > 1:
        note = (
            f"row {places[0] + 1} and {len(places) - 1:,} more repeat the header and are left out"
        )
    kept = compute.invert(again)
    return [column.filter(kept) for column in columns], (note,)


def _header_width(text: bytes, sign: str) -> int:
    head = text[:_BLOCK_BYTES].decode("utf-8", "ignore")
    csv.field_size_limit(_BLOCK_BYTES)
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=sign)
    return next((len(row) for row in rows if row), 0)


def _need_closed_quotes(text: bytes, columns: Sequence[Cells], path: Path) -> None:
    """Refuse a last row that swallowed the rest of the file behind a quotation mark."""
    last = columns[-1]
    if text.count(b'"') % 2 and "\n" in str(last[len(last) - 1].as_py()):
        raise _wrong(path, f"row {len(last) - 1}: a quotation mark is never closed")


def _need_own_rows(columns: Sequence[Cells], sign: str, path: Path) -> None:
    """Refuse a cell that swallowed rows: its lines are cut as often as a row is."""
    cuts = len(columns) - 1
    for column in columns if cuts else ():
        breaks = compute.count_substring(column, "\n")
        for place in np.flatnonzero(breaks.to_numpy(zero_copy_only=False) > _LINES_OF_A_TEXT):
            lines = str(column[int(place)].as_py()).split("\n")[1:-1]
            if all(line.count(sign) == cuts for line in lines):
                text = f"row {place}: a cell runs over {len(lines)} lines that look like rows"
                raise _wrong(path, f"{text}; is a quotation mark never closed?")


def _unique_names(names: Sequence[str], path: Path) -> tuple[list[str], tuple[str, ...]]:
    """Give every column a name of its own, and say which had none or a used one."""
    notes: list[str] = []
    unique: list[str] = []
    taken = {" ".join(name.split()) for name in names}
    for place, written in enumerate(names, 1):
        name = " ".join(written.split())
        if not name:
            name = _free(f"column {place}", [*unique, *taken])
            notes.append(f"column {place} has no name; it is called {name!r}")
        elif name in unique:
            first, name = name, _free(name, [*unique, *taken])
            notes.append(f"column {place} is a second {first!r}; it is called {name!r}")
        unique.append(name)
    if all(_looks_like_value(name) for name in unique):
        notes.append(
            f"{path.name}: every name in the header looks like a number; is there a header?"
        )
    return unique, tuple(notes)


def _free(name: str, taken: Sequence[str]) -> str:
    number = 2
    while (candidate := f"{name} ({number})") in taken:
        number += 1
    return name if name not in taken else candidate


def _looks_like_value(name: str) -> bool:
    return name.lstrip("+-").replace(".", "", 1).isdigit()
