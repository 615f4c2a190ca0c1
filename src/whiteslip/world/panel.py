"""Reading a monthly panel strictly: what is wrong is named by row and column, before any write."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.kernel.errors import InvalidInput
from whiteslip.world.profiles import Profile

Ints: TypeAlias = NDArray[np.int64]

MOST_LISTED = 5
MOST_LIMIT_MINOR = 20_000_000_000
MOST_MINOR = 10**12
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{0,15})?([eE][+-]?[0-9]{1,2})?")
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel in columns, one row a customer; amounts in minor units, months oldest first.

    `others` are further columns as they stand, such as age; no rule of the book sees them.
    """

    sha256: str
    complete: bool
    ids: Ints
    limits_minor: Ints
    defaulted: Ints
    bills_minor: Ints
    payments_minor: Ints
    statuses: Ints
    duplicate_rows: int
    undocumented: Mapping[str, Mapping[int, int]]
    warnings: tuple[str, ...]
    others: Mapping[str, Ints]

    @property
    def customers(self) -> int:
        """How many customers the panel has."""
        return len(self.ids)


class _Faults:
    """What is wrong, the first few of each kind by row and column, and how many in all."""

    def __init__(self, rows: Sequence[int]) -> None:
        self.lines = rows
        self.found: list[str] = []

    def add(self, column: str, where: Iterable[int], cells: Sequence[object], what: str) -> None:
        """Record every row of a column in which the same thing is wrong."""
        rows = list(where)
        if not rows:
            return
        shown = ", ".join(
            f"row {row + 1} (line {self.lines[row]}): {str(cells[row])[:40]!r}"
            for row in rows[:MOST_LISTED]
        )
        more = f", and {len(rows) - MOST_LISTED} more" if len(rows) > MOST_LISTED else ""
        self.found.append(f"column {column}: {len(rows)} {what}: {shown}{more}")

    def raise_if_any(self) -> None:
        """Refuse the panel if anything was wrong with it."""
        if self.found:
            raise InvalidInput("; ".join(self.found), where="panel")


def read(path: Path, profile: Profile, *, strict: bool = False) -> Panel:
    """Read a CSV file, plain or gzipped; `strict` refuses what is otherwise only warned of."""
    raw = _bytes(path)
    header, rows, lines = _rows(_text(raw))
    _need_columns(header, profile)
    _need_cells(header, rows, lines)
    panel = _columns(header, rows, lines, profile, hashlib.sha256(raw).hexdigest())
    if strict and panel.warnings:
        raise InvalidInput("strict: " + "; ".join(panel.warnings), where="panel")
    return panel


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", where="panel") from error
    if not raw.startswith(_GZIP_MAGIC):
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        text = f"{path} is a damaged or incomplete gzip file: {error}"
        raise InvalidInput(text, where="panel") from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text = (
            f"line {line}: not UTF-8 text (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        )
        raise InvalidInput(text, where="panel") from error


def _rows(text: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Split into a header, rows, and the line each row ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        header = [name.strip() for name in next(reader, list[str]())]
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InvalidInput(f"line {reader.line_num}: {error}", where="panel") from error
    if not header:
        raise InvalidInput("the file is empty", where="panel")
    if not rows:
        raise InvalidInput("the file has a header but no rows", where="panel")
    return header, rows, lines


def _need_columns(header: list[str], profile: Profile) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise InvalidInput(
            f"row 0 (header): twice the same column: {', '.join(twice)}", where="panel"
        )
    missing = [name for name in profile.columns if name not in set(header)]
    if missing:
        text = f"row 0 (header): {len(missing)} missing columns: {', '.join(missing)}"
        raise InvalidInput(text, where="panel")


def _need_cells(header: list[str], rows: list[list[str]], lines: list[int]) -> None:
    width = len(header)
    wrong = [index for index, row in enumerate(rows) if len(row) != width]
    if not wrong:
        return
    shown = ", ".join(
        f"row {index + 1} (line {lines[index]}) has {len(rows[index])} cells"
        + (
            f" and ends before column {header[len(rows[index])]}"
            if len(rows[index]) < width
            else ""
        )
        for index in wrong[:MOST_LISTED]
    )
    text = f"{len(wrong)} rows do not have the header's {width} cells: {shown}"
    raise InvalidInput(text, where="panel")


def _columns(
    header: list[str], rows: list[list[str]], lines: list[int], profile: Profile, sha256: str
) -> Panel:
    cells = dict(zip(header, zip(*rows, strict=True), strict=True))
    faults = _Faults(lines)
    months = profile.months

    def amounts(name: str, least: int, most: int = MOST_MINOR) -> Ints:
        return _numbers(cells[name], name, faults, scale=100, least=least, most=most)

    def codes(name: str, least: int = -99, most: int = 10**6) -> Ints:
        return _numbers(cells[name], name, faults, scale=1, least=least, most=most)

    ids = codes(profile.id_column, 0, 10**15)
    limits = amounts(profile.limit_column, 1, MOST_LIMIT_MINOR)
    defaulted = codes(profile.defaulted_column, 0, 1)
    others = {name: codes(name) for name in profile.other_columns}
    bills = np.stack([amounts(month.bill, -MOST_MINOR) for month in months], axis=1)
    payments = np.stack([amounts(month.payment, 0) for month in months], axis=1)
    statuses = np.stack([codes(month.status) for month in months], axis=1)
    _need_single(ids, profile.id_column, faults)
    faults.raise_if_any()
    undocumented = _undocumented(others, statuses, profile)
    table = np.column_stack([limits, defaulted, *others.values(), bills, payments, statuses])
    duplicates = len(table) - len(np.unique(table, axis=0))
    ignored = [name for name in header if name not in set(profile.columns)]
    return Panel(
        sha256=sha256,
        complete=sha256 == profile.complete_sha256,
        ids=ids,
        limits_minor=limits,
        defaulted=defaulted,
        bills_minor=bills,
        payments_minor=payments,
        statuses=statuses,
        duplicate_rows=duplicates,
        undocumented=undocumented,
        warnings=tuple(_warnings(duplicates, undocumented, ignored)),
        others=others,
    )


def _numbers(
    cells: Sequence[str], column: str, faults: _Faults, *, scale: int, least: int, most: int
) -> Ints:
    """Read a column of whole multiples of 1/scale; what is none is a fault and reads as 0."""
    known: dict[str, int | str] = {cell: _number(cell, scale, least, most) for cell in set(cells)}
    wrong: dict[str, list[int]] = {}
    bad = {cell: what for cell, what in known.items() if isinstance(what, str)}
    if bad:
        for row, cell in enumerate(cells):
            if cell in bad:
                wrong.setdefault(bad[cell], []).append(row)
    for what, where in wrong.items():
        faults.add(column, where, cells, what)
    values = (0 if isinstance(value := known[cell], str) else value for cell in cells)
    return np.fromiter(values, dtype=np.int64, count=len(cells))


def _number(cell: str, scale: int, least: int, most: int) -> int | str:
    """Return the number in units of 1/scale, or what is wrong with it."""
    text = cell.strip(" ")
    if not text:
        return "empty"
    if not _NUMBER.fullmatch(text):
        return "not a number"
    exact = Decimal(text) * scale
    value = int(exact)
    if value != exact:
        return "finer than a cent" if scale > 1 else "not a whole number"
    return value if least <= value <= most else "out of range"


def _need_single(ids: Ints, column: str, faults: _Faults) -> None:
    _, first, counts = np.unique(ids, return_index=True, return_counts=True)
    if (counts > 1).any():
        again = np.setdiff1d(np.arange(len(ids)), first)
        faults.add(column, again.tolist(), ids.tolist(), "used again by another row")


def _undocumented(
    others: Mapping[str, Ints], statuses: Ints, profile: Profile
) -> dict[str, dict[int, int]]:
    """Count the codes the source does not explain, by column."""
    found: dict[str, dict[int, int]] = {}
    for name, values in {**others, "status": statuses}.items():
        known = profile.documented.get(name)
        if known is None:
            continue
        codes, counts = np.unique(values, return_counts=True)
        odd = {int(c): int(n) for c, n in zip(codes, counts, strict=True) if int(c) not in known}
        if odd:
            found[name] = odd
    return found


def _warnings(
    duplicates: int, undocumented: Mapping[str, Mapping[int, int]], ignored: list[str]
) -> Iterable[str]:
    if duplicates:
        yield f"{duplicates} rows repeat another row but for the id"
    for name, counts in undocumented.items():
        listed = ", ".join(f"{code} ({count} times)" for code, count in counts.items())
        yield f"column {name}: undocumented codes {listed}"
    if ignored:
        yield f"columns not used: {', '.join(ignored)}"
