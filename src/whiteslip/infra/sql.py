"""Statements kept as `sql/*.sql` beside the package that owns them, run by name.

Placeholders are psycopg's own: `%(name)s`, or `%(name)b` for binary; a literal percent sign is
written `%%`. The comment lines at the head of a file are documentation and are not sent.
"""

from __future__ import annotations

from functools import cached_property
from importlib import resources
from typing import Any, LiteralString, NamedTuple, TypeVar, cast

import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.string import TextBinaryLoader

from whiteslip.infra import arrays
from whiteslip.kernel.errors import InvariantBroken

arrays.register()

Record = TypeVar("Record", bound=NamedTuple)
# Results come in binary; a type the driver does not know, such as an enum, is then its text.
psycopg.adapters.register_loader(0, TextBinaryLoader)


class Sql:
    """The statements of one package, read once when the first is used: `sql = Sql(__package__)`."""

    def __init__(self, package: str | None) -> None:
        if not package:
            raise InvariantBroken("statements belong to a package: write Sql(__package__)")
        self.package = package

    def many(self, db: psycopg.Connection[Any], name: str, /, **params: Any) -> list[Any]:
        """Run a statement and return its rows, each a named tuple of its columns."""
        with db.cursor(binary=True, row_factory=namedtuple_row) as cursor:
            return cursor.execute(self._statements[name], params, prepare=True).fetchall()

    def records(
        self, db: psycopg.Connection[Any], name: str, record: type[Record], /, **params: Any
    ) -> list[Record]:
        """Run a statement whose columns are the fields of a named tuple, in its order."""
        with db.cursor(row_factory=lambda _: record._make) as cursor:
            return cursor.execute(self._statements[name], params, prepare=True).fetchall()

    def one(self, db: psycopg.Connection[Any], name: str, /, **params: Any) -> Any:
        """Run a statement that must return exactly one row."""
        rows = self.many(db, name, **params)
        if len(rows) != 1:
            raise InvariantBroken(f"{self.package}: {name} returned {len(rows)} rows, not one")
        return rows[0]

    def maybe(self, db: psycopg.Connection[Any], name: str, /, **params: Any) -> Any | None:
        """Run a statement that returns one row or none."""
        rows = self.many(db, name, **params)
        if len(rows) > 1:
            text = f"{self.package}: {name} returned {len(rows)} rows, not at most one"
            raise InvariantBroken(text)
        return rows[0] if rows else None

    def run(self, db: psycopg.Connection[Any], name: str, /, **params: Any) -> int:
        """Run a statement for its effect and return how many rows it touched."""
        with db.cursor() as cursor:
            return cursor.execute(self._statements[name], params, prepare=True).rowcount

    def columns(
        self, db: psycopg.Connection[Any], name: str, **params: Any
    ) -> dict[str, arrays.Array]:
        """Run a statement whose one row holds arrays of equal length: large results as NumPy."""
        with db.cursor(binary=True) as cursor:
            return arrays.read(cursor.execute(self._statements[name], params, prepare=True))

    def text(self, name: str) -> str:
        """Return a statement as it is sent, its placeholders unfilled."""
        return self._statements[name]

    def about(self, name: str) -> str:
        """Return the documentation at the head of a statement's file."""
        source = (resources.files(self.package) / "sql" / f"{name}.sql").read_text("utf-8")
        lines = source[: len(source) - len(_body(source))].splitlines()
        return "\n".join(line.strip().removeprefix("--").strip() for line in lines if line.strip())

    def names(self) -> tuple[str, ...]:
        """Name every statement of the package, sorted."""
        return tuple(sorted(self._statements))

    @cached_property
    def _statements(self) -> _Statements:
        found = _Statements()
        found.package = self.package
        folder = resources.files(self.package) / "sql"
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.name.endswith(".sql"):
                text = _body(entry.read_text("utf-8")).rstrip()
                found[entry.name.removesuffix(".sql")] = cast("LiteralString", text)
        return found


class _Statements(dict[str, LiteralString]):
    package: str

    def __missing__(self, name: str) -> LiteralString:
        known = ", ".join(sorted(self)) or "none"
        raise InvariantBroken(f"{self.package} has no statement {name!r}; it has: {known}")


def _body(source: str) -> str:
    """Drop the blank and comment lines before the first line of SQL."""
    lines = source.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("--"):
            return "".join(lines[index:])
    return ""
