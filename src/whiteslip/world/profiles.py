"""Where a panel keeps what: its columns, months and the calendar of its replay, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, cast

from whiteslip.kernel.errors import InvalidInput
from whiteslip.world.oracle_model import OracleTerms


@dataclass(frozen=True, slots=True)
class Month:
    """One recorded month: its first day and the columns that tell of it."""

    first_on: date
    bill: str
    payment: str
    status: str

    @property
    def label(self) -> str:
        """The month as people write it in tables: "2005-04"."""
        return f"{self.first_on:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of panel and the days on which its months are replayed."""

    name: str
    title: str
    currency: str
    source: str
    complete_sha256: str
    product: str
    language: str
    opening_on: date
    statement_day: int
    payment_day: int
    purchase_day: int
    id_column: str
    limit_column: str
    defaulted_column: str
    other_columns: tuple[str, ...]
    months: tuple[Month, ...]
    documented: Mapping[str, frozenset[int]]
    oracle_terms: OracleTerms

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the panel must have, in the order they are read."""
        monthly = (name for each in self.months for name in (each.bill, each.payment, each.status))
        plain = (self.id_column, self.limit_column, self.defaulted_column)
        return (*plain, *self.other_columns, *monthly)

    @property
    def statement_dates(self) -> tuple[date, ...]:
        """The statement that closes each month, in order."""
        return tuple(_in_next_month(each.first_on, self.statement_day) for each in self.months)


def known() -> tuple[str, ...]:
    """Name the profiles that are shipped."""
    files = _folder().iterdir()
    names = (entry.name for entry in files)
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load(name: str) -> Profile:
    """Read a shipped profile; an unknown name is the caller's mistake."""
    if name not in known():
        raise InvalidInput(
            f"{name!r} is not a profile; one of {', '.join(known())}", where="profile"
        )
    source = _folder() / f"{name}.toml"
    return _profile(tomllib.loads(source.read_text("utf-8")))


def _folder() -> Traversable:
    return resources.files("whiteslip.world") / "data" / "panels"


def _profile(data: Mapping[str, Any]) -> Profile:
    columns = data["columns"]
    documented = cast("dict[str, list[int]]", data["documented"])
    same = ("name", "title", "currency", "source", "complete_sha256", "product", "language")
    days = ("opening_on", "statement_day", "payment_day", "purchase_day")
    return Profile(
        **{key: data[key] for key in (*same, *days)},
        id_column=columns["id"],
        limit_column=columns["limit"],
        defaulted_column=columns["defaulted"],
        other_columns=tuple(columns["also"]),
        months=tuple(
            Month(each["month"], each["bill"], each["payment"], each["status"])
            for each in data["month"]
        ),
        documented={name: frozenset(codes) for name, codes in documented.items()},
        oracle_terms=OracleTerms(**data["oracle"]),
    )


def _in_next_month(day: date, day_of_month: int) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, day_of_month)
