"""Nasty tables, as people send them: each is a file, and a word the program must say about it."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

arrow: Any = pa
parquet: Any = pq

ROWS = 300

Array = np.ndarray[Any, Any]
Column = Sequence[object] | Array


@dataclass(frozen=True, slots=True)
class Beast:
    """A table, the options it is fitted with, how the program ends and what it says."""

    name: str
    body: bytes
    ends: int
    says: tuple[str, ...] = ()
    options: tuple[str, ...] = ("--target", "y")


def signal(rows: int = ROWS, seed: int = 1) -> tuple[Array, Array]:
    """Return amounts that tell something of the endings, and the endings."""
    generator = np.random.default_rng(seed)
    x = np.round(generator.normal(50, 20, rows), 1)
    y = (x + generator.normal(0, 25, rows) > 65).astype(int)
    return x, y


def text(
    head: Sequence[str],
    *columns: Column,
    sign: str = ",",
    code: str = "utf-8",
    end: str = "\n",
) -> bytes:
    """Write columns as CSV, as they are."""
    lines = [sign.join(head), *(sign.join(map(str, row)) for row in zip(*columns, strict=True))]
    return (end.join(lines) + end).encode(code)


def with_column(cells: Column, name: str = "z") -> bytes:
    """Return the usual table with one more column."""
    x, y = signal(len(cells))
    return text(["x", name, "y"], x, cells, y)


def pick(options: Sequence[str], seed: int = 2, rows: int = ROWS) -> list[str]:
    """Draw labels."""
    return np.random.default_rng(seed).choice(np.array(list(options), dtype=object), rows).tolist()


def amounts(write: Callable[[float], str]) -> bytes:
    """Return a table whose amounts are written in some way."""
    x, y = signal()
    return text(["x", "y"], [write(value * 1000) for value in x.tolist()], y)


def grouped(value: float) -> str:
    """Write the way of the Continent: 1.234,50."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def parquet_bytes(table: Any) -> bytes:
    """Write a Parquet file."""
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def _reading() -> list[Beast]:
    x, y = signal()
    plain = text(["x", "y"], x, y)
    return [
        Beast("plain", plain, 0, ("wrote",)),
        Beast("semicolons", text(["x", "y"], x, y, sign=";"), 0),
        Beast("tabs", text(["x", "y"], x, y, sign="\t"), 0),
        Beast("bars", text(["x", "y"], x, y, sign="|"), 0),
        Beast("windows line ends", text(["x", "y"], x, y, end="\r\n"), 0),
        Beast("old mac line ends", text(["x", "y"], x, y, end="\r"), 0),
        Beast("no last line end", plain.rstrip(b"\n"), 0),
        Beast("byte order mark", b"\xef\xbb\xbf" + text(["y", "x"], y, x), 0),
        Beast("utf-16", text(["x", "y"], x, y, code="utf-16"), 0),
        Beast("gzip", gzip.compress(plain), 0),
        Beast("truncated gzip", gzip.compress(plain)[:-9], 2, ("gzip",)),
        Beast("empty", b"", 2, ("empty",)),
        Beast("blank lines only", b"\n\r\n\n", 2, ("empty",)),
        Beast("header only", b"x,y\n", 2, ("no rows",)),
        Beast("header again", plain + plain, 0, ("row 301 repeats the header", "600 rows")),
        Beast("lines of spaces", plain.replace(b"\n", b"\n   \n"), 0, ("300 rows",)),
        Beast("excel says the delimiter", b"sep=;\n" + plain.replace(b",", b";"), 0, ("300 rows",)),
        Beast("a comment first", b"# of today\n" + plain, 2, ("is the first line no header?",)),
        Beast("json", b'[{"x": 1, "y": 0}]', 2, ("is JSON",)),
        Beast("a web page", b"<!DOCTYPE html><table></table>", 2, ("is a web page",)),
        Beast("packed twice", gzip.compress(gzip.compress(plain)), 2, ("twice with gzip",)),
        Beast("zero bytes far down", plain + b"1,1\n" * 99_999 + b"1,\0\n", 2, ("zero bytes",)),
        Beast(
            "rows swallowed by quotes",
            text(["x", "z", "y"], x, ['"a' if row in (9, 99) else "b" for row in range(ROWS)], y),
            2,
            ("row 10: a cell runs over 89 lines that look like rows",),
        ),
        Beast(
            "one bad byte in utf-8",
            text(["x", "城市", "y"], x, pick(["北京", "上海"]), y) + b"1,K\xf6ln,0\n",
            0,
            ("1 place is not UTF-8, the first in line 302", "城市"),
        ),
        Beast(
            "bad bytes in gb18030",
            text(["x", "城市", "y"], x, pick(["北京", "上海"]), y, code="gb18030")
            + b"1,\xff\xff,0\n",
            0,
            ("not GB18030, the first in line 302",),
        ),
        Beast("one cell short", plain + b"7\n", 2, ("row 301 has 1 cell",)),
        Beast("one cell more", b"x,y\n1,0,9\n" + plain[4:], 2, ("row 1 has 3 cells",)),
        Beast("open quote", plain + b'"7,1\n', 2, ("row 301", "quotation mark")),
        Beast("zero bytes", b"x,y\n1,\x000\n", 2, ("zero bytes",)),
        Beast("a workbook", b"PK\x03\x04rest", 2, ("Excel",)),
        Beast("broken parquet", b"PAR1" + plain, 2, ("Parquet",)),
        Beast(
            "quoted line breaks",
            text(["x", "y", "z"], x, y, [f'"a\nb, {label}"' for label in pick("cd")]),
            0,
        ),
        Beast(
            "chinese names in gb18030",
            text(["收入", "城市", "y"], x, pick(["北京", "上海", "广州"]), y, code="gb18030"),
            0,
            ("wrote",),
        ),
        Beast(
            "umlauts in latin-1",
            text(["größe", "stadt", "y"], x, pick(["Köln", "München"]), y, code="latin-1"),
            0,
        ),
        Beast(
            "names twice and none",
            text(["x", "", "x", "y"], x, pick("ab"), pick("cd", 5), y),
            0,
            ("column 2 has no name", "second 'x'"),
        ),
        Beast("target with spaces", text(["x", " y "], x, y), 0, (), ("--target", "y ")),
        Beast("no target", plain, 2, ("'z' is not in the table",), ("--target", "z")),
        Beast(
            "target nearly named",
            text(["x", "Default"], x, y),
            2,
            ("did you mean 'Default'",),
            ("--target", "default"),
        ),
        Beast("target not said", plain, 2, ("--target",), ()),
        Beast("only the target", text(["y"], y), 2, ("no column is left",)),
    ]


def _columns() -> list[Beast]:
    x, y = signal()
    rows = range(ROWS)
    some = pick(["1", "2", "#N/A", "null", "-", "NA", " ", "nan"])
    return [
        Beast("thousands", amounts(lambda value: f'"{value:,.0f}"'), 0),
        Beast("decimal commas", amounts(lambda value: f'"{grouped(value)}"'), 0, ("comma begins",)),
        Beast("percent", amounts(lambda value: f"{value / 1000:.1f} %"), 0),
        Beast("currency", amounts(lambda value: f'"$ {value:,.2f}"'), 0),
        Beast("spaces", amounts(lambda value: f"  {value}  "), 0),
        Beast("every word for nothing", with_column(some), 0),
        Beast(
            "infinities",
            with_column(
                [["inf", "-Infinity", "1e308", *map(str, range(60))][i % 63] for i in rows]
            ),
            0,
            ("cells are no amounts",),
        ),
        Beast(
            "words among numbers",
            with_column([str(i % 97) if i % 20 else f"n{i}" for i in rows]),
            0,
            ("cells are no amounts",),
        ),
        Beast(
            "a frequent word among numbers",
            with_column([str(i % 97) if i % 5 else "never" for i in rows]),
            0,
            ("'never' as -999001",),
        ),
        Beast(
            "special codes",
            with_column([[-9, -8, -7][i % 3] if i % 7 == 0 else i % 60 for i in rows]),
            0,
            ("codes, not amounts: -9", "stand apart"),
        ),
        Beast(
            "sentinel",
            with_column([99999999 if i % 50 == 0 else i % 60 for i in rows]),
            0,
            ("99999999 (6 rows)",),
        ),
        Beast("leading zeros", with_column([f"0{i % 7}" for i in rows]), 0),
        Beast(
            "spellings",
            with_column([["Rent", "rent ", "RENT", "own"][i % 4] for i in rows]),
            0,
            ("spellings joined",),
        ),
        Beast("booleans", with_column(pick(["True", "False", "TRUE"])), 0),
        Beast("many labels", with_column([f"c{i % 90}" for i in rows]), 0),
        Beast("names", with_column([f"Person {i}" for i in rows]), 0, ("numbers the rows: z",)),
        Beast(
            "free text",
            with_column([f"I want {i} things now" for i in rows]),
            0,
            ("free text: z",),
        ),
        Beast("constant", with_column(["x"] * ROWS), 0, ("constant: z",)),
        Beast(
            "almost empty",
            with_column(["5" if i == 7 else "" for i in rows]),
            0,
            ("all missing: z",),
        ),
        Beast("all empty", with_column([""] * ROWS), 0, ("all missing: z",)),
        Beast("id", with_column(rows, "customer_id"), 0, ("numbers the rows: customer_id",)),
        Beast(
            "recoding",
            text(["x", "z", "y"], x // 40, [f"v{value}" for value in x // 40], y),
            0,
            ("says the same as another: z",),
        ),
        Beast("leak", with_column((y * 7 + 1).tolist()), 0, ("nearly the answer: z",)),
        Beast(
            "leak by absence",
            with_column([str(i % 9) if bad else "" for i, bad in enumerate(y)]),
            0,
            ("nearly the answer: z",),
        ),
        Beast(
            "what was recovered",
            with_column([i % 9 + 1 if bad and i % 3 else 0 for i, bad in enumerate(y.tolist())]),
            0,
            ("nearly the answer: z",),
        ),
        Beast(
            "too good to be known",
            with_column([1 - bad if i % 12 == 0 else bad for i, bad in enumerate(y.tolist())]),
            0,
            ("z: alone it reaches an AUC of 0.9", "was it known beforehand?"),
        ),
        Beast(
            "iso dates", with_column([f"2024-01-{i % 28 + 1:02d}" for i in rows]), 0, ("date: z",)
        ),
        Beast("german dates", with_column([f"{i % 28 + 1}.3.2023" for i in rows]), 0, ("date: z",)),
        Beast(
            "day numbers",
            with_column([20240100 + i % 28 + 1 if i % 40 else 19000101 for i in rows]),
            0,
            ("date: z",),
        ),
        Beast(
            "protected",
            with_column(pick(["1", "2"]), "SEX"),
            0,
            ("left out, protected attribute: SEX",),
        ),
        Beast(
            "protected in chinese",
            with_column(pick(["男", "女"]), "客户性别"),
            0,
            ("left out, protected attribute: 客户性别",),
        ),
        Beast("protected by labels", with_column(pick(["M", "F"]), "x7"), 0, ("attribute: x7",)),
        Beast(
            "protected, wanted",
            with_column(pick(["1", "2"]), "SEX"),
            0,
            ("included as asked",),
            ("--target", "y", "--include-protected", "SEX"),
        ),
    ]


def _targets() -> list[Beast]:
    x, y = signal()
    return [
        Beast("yes and no", text(["x", "y"], x, np.where(y, "Yes", "no")), 0, ("bad is Yes",)),
        Beast("违约", text(["x", "y"], x, np.where(y, "违约", "正常")), 0, ("bad is 违约",)),
        Beast("floats", text(["x", "y"], x, y.astype(float)), 0, ("bad is 1",)),
        Beast("one and two", text(["x", "y"], x, y + 1), 2, ("--bad", "'1'", "'2'")),
        Beast(
            "one and two, said",
            text(["x", "y"], x, y + 1),
            0,
            ("bad is 2",),
            ("--target", "y", "--bad", "2"),
        ),
        Beast(
            "wrong bad",
            text(["x", "y"], x, y),
            2,
            ("no value '3'",),
            ("--target", "y", "--bad", "3"),
        ),
        Beast(
            "some unknown",
            text(["x", "y"], x, [bad if i % 10 else "" for i, bad in enumerate(y)]),
            0,
            ("30 rows without y are left out",),
        ),
        Beast("three endings", text(["x", "y"], x, pick("abc")), 2, ("3 values",)),
        Beast("a number as target", text(["x", "y"], y, x), 2, ("values where two are needed",)),
        Beast("minus one and one", text(["x", "y"], x, y * 2 - 1), 2, ("--bad", "'-1'")),
        Beast("no bad ones", text(["x", "y"], x, [0] * ROWS), 2, ("two are needed",)),
        Beast("no endings", text(["x", "y"], x, [""] * ROWS), 2, ("no value",)),
        Beast("one bad one", text(["x", "y"], x, [1] + [0] * (ROWS - 1)), 2, ("1 row ended bad",)),
        Beast("pure noise", text(["x", "y"], x, pick("01", 9)), 0, ()),
        Beast("three rows", b"x,y\n1,0\n2,1\n3,0\n", 2, ("at least 10",)),
    ]


def _parquet() -> list[Beast]:
    x, y = signal()
    table = arrow.table(
        {
            "x": arrow.array(x),
            "whole": arrow.array([None, *range(1, ROWS)], arrow.int64()),
            "flag": arrow.array((x > 40).tolist()),
            "label": arrow.array(pick("abc")).dictionary_encode(),
            "when": arrow.array(np.datetime64("2024-01-01") + np.arange(ROWS)),
            "list": arrow.array([[1, 2]] * ROWS),
            "none": arrow.nulls(ROWS),
            "money": arrow.array(np.round(x, 2)).cast(arrow.decimal128(12, 2)),
            "y": arrow.array(y.astype(bool)),
        }
    )
    return [
        Beast(
            "parquet of all kinds",
            parquet_bytes(table),
            0,
            ("no plain values: list", "bad is true", "date: when", "all missing: none"),
        ),
        Beast(
            "parquet with a zone nobody knows",
            parquet_bytes(
                arrow.table(
                    {
                        "x": arrow.array(x),
                        "z": arrow.array(list(range(ROWS)), arrow.timestamp("s", "Mars/Base")),
                        "y": arrow.array(y),
                    }
                )
            ),
            0,
        ),
        Beast(
            "parquet with names twice",
            parquet_bytes(arrow.Table.from_arrays([x, x // 7, y], names=["x", "x", "y"])),
            0,
            ("second 'x'",),
        ),
        Beast("parquet without rows", parquet_bytes(table.slice(0, 0)), 2, ("no rows",)),
    ]


def beasts() -> list[Beast]:
    """Return the whole zoo."""
    return [*_reading(), *_columns(), *_targets(), *_parquet()]
