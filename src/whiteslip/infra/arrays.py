"""Columns on their way to PostgreSQL and back: binary arrays, laid out by NumPy.

Each function takes a column and returns it ready to be bound, as in `unnest(%(ids)b::bigint[])`.
None becomes NULL. What cannot be stored exactly (a fraction, an integer too large, a naive time) is
refused with `InvalidInput`.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import NoneType
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

import numpy as np
import psycopg
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format

from whiteslip.kernel.errors import InvalidInput, InvariantBroken

Values: TypeAlias = "Sequence[Any] | np.ndarray[Any, Any]"
Array: TypeAlias = "np.ndarray[Any, Any]"

_EPOCH_DAY = np.datetime64("2000-01-01", "D")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_JSONB_VERSION = b"\x01"
_NULL = b"\xff\xff\xff\xff"
_head = struct.Struct("!IIIII").pack
_empty = struct.Struct("!III").pack
_start = struct.Struct("!II").unpack_from
_length = struct.Struct("!I").pack


class Column:
    """A column in PostgreSQL's binary array format; its class says the element type."""

    __slots__ = ("count", "wire")
    element_oid: ClassVar[int]
    array_oid: ClassVar[int]

    def __init__(self, body: bytes, count: int, *, nulls: bool) -> None:
        self.count = count
        head = _head(1, nulls, self.element_oid, count, 1) if count else b""
        self.wire = head + body if count else _empty(0, 0, self.element_oid)

    def __len__(self) -> int:
        return self.count


class Bools(Column):
    """boolean[]."""

    __slots__ = ()
    element_oid, array_oid = 16, 1000


class Byteas(Column):
    """bytea[]."""

    __slots__ = ()
    element_oid, array_oid = 17, 1001


class Bigints(Column):
    """bigint[]."""

    __slots__ = ()
    element_oid, array_oid = 20, 1016


class Smallints(Column):
    """smallint[]."""

    __slots__ = ()
    element_oid, array_oid = 21, 1005


class Ints(Column):
    """integer[]."""

    __slots__ = ()
    element_oid, array_oid = 23, 1007


class Texts(Column):
    """text[]."""

    __slots__ = ()
    element_oid, array_oid = 25, 1009


class Floats(Column):
    """double precision[]."""

    __slots__ = ()
    element_oid, array_oid = 701, 1022


class Dates(Column):
    """date[]."""

    __slots__ = ()
    element_oid, array_oid = 1082, 1182


class Timestamps(Column):
    """timestamptz[]."""

    __slots__ = ()
    element_oid, array_oid = 1184, 1185


class Jsons(Column):
    """jsonb[]."""

    __slots__ = ()
    element_oid, array_oid = 3802, 3807


def bigints(values: Values) -> Bigints:
    """Send 64-bit integers."""
    return _fixed(Bigints, *_integers(values, 64), ">i8")


def ints(values: Values) -> Ints:
    """Send 32-bit integers."""
    return _fixed(Ints, *_integers(values, 32), ">i4")


def smallints(values: Values) -> Smallints:
    """Send 16-bit integers."""
    return _fixed(Smallints, *_integers(values, 16), ">i2")


def floats(values: Values) -> Floats:
    """Send scores and other doubles; never money."""
    numbers, nulls = _plain(values, 0.0)
    if len(numbers) and numbers.dtype.kind not in "fiu":
        raise _wrong("numbers", values)
    return _fixed(Floats, numbers.astype(np.float64), nulls, ">f8")


def bools(values: Values) -> Bools:
    """Send truth values; 0 and 1 do not count as such."""
    truths, nulls = _plain(values, False)  # noqa: FBT003 - the value that stands in for None
    if len(truths) and truths.dtype.kind != "b":
        raise _wrong("booleans", values)
    return _fixed(Bools, truths, nulls, "u1")


def dates(values: Values) -> Dates:
    """Send dates: `date` objects, or a NumPy column of datetime64 in which NaT is NULL."""
    if isinstance(values, np.ndarray):
        return _since(Dates, values, "datetime64[D]", ">i4")
    if not set(map(type, values)) <= {date, NoneType}:
        raise _wrong("dates", values)
    days, nulls = _integers([None if day is None else day.toordinal() for day in values], 32)
    return _fixed(Dates, days - _EPOCH.toordinal(), nulls, ">i4")


def timestamps(values: Values) -> Timestamps:
    """Send instants: aware `datetime` objects, or a NumPy column of datetime64 in UTC."""
    if isinstance(values, np.ndarray):
        return _since(Timestamps, values, "datetime64[us]", ">i8")
    try:
        apart = [None if instant is None else instant - _EPOCH for instant in values]
        micros = [None if gap is None else _micros(gap) for gap in apart]
    except (TypeError, AttributeError) as error:
        raise _wrong("instants with a time zone", values) from error
    return _fixed(Timestamps, *_integers(micros, 64), ">i8")


def texts(values: Sequence[str | None]) -> Texts:
    """Send texts; the NUL character and lone surrogates, which cannot be stored, are refused."""
    return _varying(Texts, _utf8(values))


def jsons(values: Sequence[str | bytes | None]) -> Jsons:
    """Send JSON documents already written as text or UTF-8 bytes; None is SQL's NULL."""
    raws = _utf8(values)
    return _varying(Jsons, [None if raw is None else _JSONB_VERSION + raw for raw in raws])


def bytes_list(values: Sequence[bytes | None]) -> Byteas:
    """Send byte strings."""
    return _varying(Byteas, list(values))


def _micros(gap: timedelta) -> int:
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _since(kind: type[_C], values: Array, unit: str, layout: str) -> _C:
    if values.dtype.kind != "M":
        raise _wrong(unit, values)
    nulls = np.isnat(values)
    moments = np.where(nulls, _EPOCH_DAY, values).astype(unit)
    since = (moments - _EPOCH_DAY.astype(unit)).astype(np.int64)
    return _fixed(kind, since, nulls if nulls.any() else None, layout)


def _utf8(values: Sequence[str | bytes | None]) -> list[bytes | None]:
    try:
        raws = [value.encode() if isinstance(value, str) else value for value in values]
        if b"\x00" in b"".join([raw for raw in raws if raw is not None]):
            raise InvalidInput("a text holds the NUL character, which cannot be stored")
    except (UnicodeEncodeError, TypeError) as error:
        raise _wrong("texts that can be stored", values) from error
    return raws


def _integers(values: Values, bits: int) -> tuple[Array, Array | None]:
    nulls: Array | None = None
    if isinstance(values, np.ndarray):
        numbers, nulls = _plain(values, 0)
        if len(numbers) and (numbers.dtype.kind not in "iu" or _too_large(numbers, 64)):
            raise _wrong("integers", values)
        numbers = numbers.astype(np.int64, copy=False)
    else:
        try:
            if None in values:
                nulls = np.array([value is None for value in values], dtype=bool)
                values = [0 if value is None else value for value in values]
            numbers = np.frombuffer(array("q", values), dtype=np.int64)
        except (TypeError, OverflowError) as error:
            raise _wrong("integers of 64 bits", values) from error
    if bits < 64 and _too_large(numbers, bits):
        raise _wrong(f"integers of {bits} bits", values)
    return numbers, nulls


def _too_large(numbers: Array, bits: int) -> bool:
    if not len(numbers):
        return False
    bound = 2 ** (bits - 1)
    return int(numbers.max()) >= bound or int(numbers.min()) < -bound


def _plain(values: Values, filler: object) -> tuple[Array, Array | None]:
    """Take the NULLs (None, or what a masked array masks) out of a column."""
    if isinstance(values, np.ma.MaskedArray):
        return values.filled(cast("Any", filler)), np.ma.getmaskarray(values)
    if isinstance(values, np.ndarray) and values.dtype.kind != "O":
        return values, None
    if any(value is None for value in values):
        nulls = np.array([value is None for value in values], dtype=bool)
        return np.array([filler if value is None else value for value in values]), nulls
    return np.array(list(values)), None


_C = TypeVar("_C", bound=Column)


def _fixed(kind: type[_C], values: Array, nulls: Array | None, layout: str) -> _C:
    """Lay out elements of one width: length, bytes; a NULL is a length of -1 and no bytes."""
    if values.ndim != 1:
        raise _wrong("a column of one dimension", values)
    cells = np.empty(len(values), dtype=[("length", ">i4"), ("value", layout)])
    cells["length"] = cells.dtype["value"].itemsize
    cells["value"] = values
    if nulls is None:
        return kind(cells.tobytes(), len(values), nulls=False)
    cells["length"][nulls] = -1
    kept = np.ones((len(values), cells.itemsize), dtype=bool)
    kept[nulls, 4:] = False
    octets = cells.view(np.uint8).reshape(kept.shape)
    return kind(octets[kept].tobytes(), len(values), nulls=True)


def _varying(kind: type[_C], elements: list[bytes | None]) -> _C:
    nulls = None in elements
    if nulls:
        parts = [part for element in elements for part in _cell(element)]
    else:
        parts = [part for raw in elements if raw is not None for part in (_length(len(raw)), raw)]
    return kind(b"".join(parts), len(elements), nulls=nulls)


def _cell(element: bytes | None) -> tuple[bytes, bytes]:
    return (_NULL, b"") if element is None else (_length(len(element)), element)


def _wrong(expected: str, values: Values) -> InvalidInput:
    sample = ", ".join(repr(value) for value in values[:3])
    return InvalidInput(f"a column of {expected} was expected, got [{sample}, …]")


_READ: dict[int, tuple[str, str]] = {
    Bools.array_oid: ("u1", "bool"),
    Smallints.array_oid: (">i2", "i8"),
    Ints.array_oid: (">i4", "i8"),
    Bigints.array_oid: (">i8", "i8"),
    Floats.array_oid: (">f8", "f8"),
    Dates.array_oid: (">i4", "datetime64[D]"),
    Timestamps.array_oid: (">i8", "datetime64[us]"),
}


def read(cursor: psycopg.Cursor[Any]) -> dict[str, Array]:
    """Read the one row of a binary result, whose columns are arrays, as NumPy columns by name.

    For `SELECT array_agg(…) AS ids, …` over elements of one width; an array that is NULL, as of no
    rows, is empty, one that holds NULLs is refused. Dates and instants come as datetime64 in UTC.
    """
    result = cursor.pgresult
    if result is None or result.ntuples != 1:
        raise InvariantBroken("columns are read from a result of exactly one row")
    columns: dict[str, Array] = {}
    for index in range(result.nfields):
        name = (result.fname(index) or b"").decode()
        layout = _READ.get(result.ftype(index))
        if layout is None or result.fformat(index) != Format.BINARY:
            raise InvariantBroken(f"{name} is not an array that can be read as a column")
        columns[name] = _cells(name, result.get_value(0, index) or _empty(0, 0, 0), *layout)
    return columns


def _cells(name: str, wire: bytes, layout: str, kind: str) -> Array:
    dimensions, nulls = _start(wire)
    if nulls or dimensions > 1:
        raise InvariantBroken(f"{name} holds NULLs or more than one dimension")
    dtype = np.dtype([("length", ">i4"), ("value", layout)])
    values = np.frombuffer(wire, dtype, offset=20 if dimensions else len(wire))["value"]
    if not kind.startswith("datetime64"):
        return values.astype(kind)
    since = values.astype(np.int64).view(kind.replace("datetime64", "timedelta64"))
    return _EPOCH_DAY.astype(kind) + since


class _ColumnDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        return obj.wire


def register(context: AdaptContext | None = None) -> None:
    """Teach a connection, or by default every connection made from now on, to send columns."""
    adapters = context.adapters if context else psycopg.adapters
    for kind in Column.__subclasses__():
        dumper = type(f"{kind.__name__}Dumper", (_ColumnDumper,), {"oid": kind.array_oid})
        adapters.register_dumper(kind, dumper)


register()
