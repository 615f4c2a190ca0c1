"""Reading an agreement from its file: what is missing, unknown or unclear is named and refused."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from whiteslip.credit.agreements.figures import PLAN_FIGURES, PRODUCT_FIGURES
from whiteslip.credit.agreements.model import PROMISES, Agreement, Citable, Clause, Name, Words
from whiteslip.kernel.errors import InvalidInput

FIGURE = re.compile(r"\{(\w+)\}")
_KNOWN = {
    "name",
    "version",
    "needs_acceptance",
    "notice_days",
    "title",
    "changes",
    "promises",
    "clause",
}
_LONGEST_TEXT = 4_000


def read(text: str, *, agreement_id: int = 0, citable: Citable | None = None) -> Agreement:
    """Read an agreement from TOML; with `citable` it must name a clause for all that needs one, and nothing unknown."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"the agreement is not TOML: {error}") from error
    _only(table, _KNOWN, "the agreement")
    name, promises = _name(table), _promises(table)
    figures = PRODUCT_FIGURES | promises.keys() | {"notice_days"}
    figures |= PLAN_FIGURES if name is Name.PLAN else frozenset()
    clauses = table.get("clause")
    if not isinstance(clauses, list) or not clauses:
        raise InvalidInput("an agreement has clauses", where="clause")
    agreement = Agreement(
        agreement_id=agreement_id,
        name=name,
        version=_whole(table, "version", 1, 10_000),
        needs_acceptance=_flag(table, "needs_acceptance"),
        notice_days=_whole(table, "notice_days", 1, 365),
        title=_words(table, "title", "title", figures=frozenset()),
        changes=_words(table, "changes", "changes", figures=frozenset())
        if "changes" in table
        else None,
        promises=promises,
        clauses=tuple(
            _clause(clause, number, figures)
            for number, clause in enumerate(cast("list[Any]", clauses), start=1)
        ),
    )
    _check_changes(agreement)
    _check_cites(agreement, citable)
    return agreement


def _check_changes(agreement: Agreement) -> None:
    if (agreement.version > 1) != (agreement.changes is not None):
        raise InvalidInput("a version after the first says what it changes", where="changes")


def _check_cites(agreement: Agreement, citable: Citable | None) -> None:
    """Refuse what is cited twice; with `citable` also what is not cited though it must be, and what nobody knows."""
    cited = Counter(cite for clause in agreement.clauses for cite in clause.cites)
    if twice := sorted(cite for cite, times in cited.items() if times > 1):
        raise InvalidInput(f"two clauses are cited for {twice[0]}", where=twice[0])
    if citable is None:
        return
    if missing := sorted(citable.must - cited.keys()):
        raise InvalidInput(f"no clause is cited for {', '.join(missing)}", where=missing[0])
    if unknown := sorted(cited.keys() - citable.must - citable.may):
        raise InvalidInput(f"a clause is cited for the unknown {unknown[0]}", where=unknown[0])


def _name(table: dict[str, Any]) -> Name:
    value = table.get("name")
    if value not in set(Name):
        raise InvalidInput(f"name is one of {', '.join(Name)}", where="name")
    return Name(value)


def _promises(table: dict[str, Any]) -> Mapping[str, int]:
    promised = _table(table.get("promises", {}), "promises")
    _only(promised, PROMISES, "promises")
    return MappingProxyType({key: _whole(promised, key, 1, 366) for key in promised})


def _clause(value: object, number: int, figures: frozenset[str]) -> Clause:
    where = f"clause {number}"
    clause = _table(value, where)
    _only(clause, {"number", "heading", "text", "cites"}, where)
    if clause.get("number") != number or type(clause["number"]) is not int:
        raise InvalidInput(f"clauses are numbered from 1 on: {number} is missing", where=where)
    cites = clause.get("cites", [])
    if not isinstance(cites, list) or not all(
        isinstance(one, str) for one in cast("list[object]", cites)
    ):
        raise InvalidInput(f"{where}: cites is a list of names", where=f"{where}.cites")
    return Clause(
        number,
        _words(clause, "heading", f"{where}.heading", figures=frozenset()),
        _words(clause, "text", f"{where}.text", figures=figures),
        tuple(cast("list[str]", cites)),
    )


def _words(table: dict[str, Any], key: str, where: str, *, figures: frozenset[str]) -> Words:
    words = _table(table.get(key), where)
    _only(words, set(Words._fields), where)
    for language in Words._fields:
        _check_text(words.get(language), f"{where}.{language}", figures)
    zh, en = (str(words[language]).strip() for language in Words._fields)
    if set(FIGURE.findall(zh)) != set(FIGURE.findall(en)):
        raise InvalidInput(f"{where} does not name the same figures in both languages", where=where)
    return Words(zh, en)


def _check_text(value: object, where: str, figures: frozenset[str]) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT:
        raise InvalidInput(f"{where} has no text, or too much of it", where=where)
    if unknown := sorted(set(FIGURE.findall(value)) - figures):
        raise InvalidInput(f"{where} names an unknown figure {unknown[0]!r}", where=where)
    if stray := re.search(r"[{}]", FIGURE.sub("", value)):
        raise InvalidInput(f"{where} has a stray {stray[0]!r}", where=where)


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _flag(table: dict[str, Any], key: str) -> bool:
    value = table.get(key)
    if not isinstance(value, bool):
        raise InvalidInput(f"{key} is true or false", where=key)
    return value


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is missing, or no table", where=where)
    return cast("dict[str, Any]", value)


def _only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])
