"""From the TOML text of a book to the parsed book, with every problem found on the way."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from whiteslip.decisioning.rulebooks.language import parse
from whiteslip.decisioning.rulebooks.model import (
    ALLOWED_OUTCOMES,
    MOST_RULES,
    BookKind,
    Input,
    InputType,
    Problem,
    Rule,
    RuleBook,
    WhenUnknown,
)
from whiteslip.decisioning.rulebooks.places import Places, did_you_mean
from whiteslip.decisioning.rulebooks.tokens import KEYWORDS, WhenError
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode
from whiteslip.kernel.verdict import Outcome

_BOOK_KEYS: Final = frozenset(
    {"name", "version", "kind", "description", "exclusive", "default", "default_reasons"}
    | {"inputs", "rule"}
)
_RULE_KEYS: Final = frozenset({"id", "when", "outcome", "reasons", "unknown", "why"})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_INPUT: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_OUTCOMES: Final = {outcome.label: outcome for outcome in Outcome}

Table = Mapping[str, Any]
_T = TypeVar("_T")
_E = TypeVar("_E", BookKind, InputType, WhenUnknown, ReasonCode)


def read(body: str, *, file: str) -> tuple[RuleBook | None, tuple[Problem, ...]]:
    """Parse a book; it is None if there is any problem."""
    try:
        table = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        return None, (Problem(file, "", f"not TOML: {error}"),)
    reader = _Reader(file, Places(body))
    book = reader.book(table, body)
    return (None if reader.problems else book), tuple(reader.problems)


class _Reader:
    """Collects problems instead of stopping at the first; what is refused is read as a stand-in."""

    def __init__(self, file: str, places: Places) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._places = places
        self._number = 0

    def book(self, table: Table, body: str) -> RuleBook:
        self._only(table, _BOOK_KEYS, "")
        kind = self._one_of(BookKind, table.get("kind"), "kind", "", BookKind.WATCH)
        inputs = self._inputs(table.get("inputs"))
        rules = self._rules(table.get("rule", []), {each.name: each for each in inputs}, kind)
        return RuleBook(
            name=self._id(table.get("name"), "name", ""),
            version=self._version(table.get("version")),
            kind=kind,
            description=self._typed(table.get("description"), str, "description", ""),
            exclusive=self._typed(table.get("exclusive", False), bool, "exclusive", ""),
            default=self._outcome(table.get("default"), "default", "", kind),
            default_reasons=self._reasons(table.get("default_reasons", []), ""),
            inputs=inputs,
            rules=rules,
            body=body,
        )

    def _rules(
        self, tables: object, inputs: Mapping[str, Input], kind: BookKind
    ) -> tuple[Rule, ...]:
        listed = self._list(tables, "rule", "")
        if not listed:
            self._refuse("", "there is no rule")
        if len(listed) > MOST_RULES:
            self._refuse("", f"{len(listed)} rules, at most {MOST_RULES} are allowed")
        rules: list[Rule] = []
        for number, table in enumerate(listed, 1):
            self._number = number
            rule = self._rule(self._table(table, f"rule {number}"), inputs, kind, number)
            if any(rule.id == other.id for other in rules):
                self._refuse(rule.id, "the id is used twice", "id")
            rules.append(rule)
        self._number = 0
        return tuple(rules)

    def _rule(self, table: Table, inputs: Mapping[str, Input], kind: BookKind, number: int) -> Rule:
        rule = self._id(table.get("id"), "id", f"#{number}")
        self._only(table, _RULE_KEYS, rule)
        outcome = self._outcome(table.get("outcome"), "outcome", rule, kind)
        unknown = self._one_of(
            WhenUnknown, table.get("unknown", "review"), "unknown", rule, WhenUnknown.REVIEW
        )
        if unknown is WhenUnknown.NO_MATCH and outcome >= Outcome.RESTRICT:
            cause = f"a rule that may {outcome.label} goes to review when unknown"
            self._refuse(rule, cause, "unknown")
        return Rule(
            id=rule,
            when=self._when(table.get("when"), inputs, rule),
            outcome=outcome,
            reasons=self._reasons(table.get("reasons", []), rule),
            unknown=unknown,
            why=self._typed(table.get("why", ""), str, "why", rule),
        )

    def _when(self, when: object, inputs: Mapping[str, Input], rule: str) -> Any:
        try:
            return parse(self._typed(when, str, "when", rule), inputs)
        except WhenError as error:
            self._refuse(rule, f"when: {error}", "when")
            return None

    def _inputs(self, table: object) -> tuple[Input, ...]:
        inputs: list[Input] = []
        for name, about in self._table(table, "inputs").items():
            if not _INPUT.fullmatch(name) or name in KEYWORDS:
                self._refuse("", f"{name!r} cannot name an input", f"input {name}")
            described = self._table(about, f"input {name}")
            self._only(described, frozenset({"type"}), "", f"input {name}: ")
            label = f"type of input {name}"
            held = self._one_of(InputType, described.get("type"), label, "", InputType.INT)
            inputs.append(Input(name, held))
        return tuple(inputs)

    def _reasons(self, codes: object, rule: str) -> tuple[ReasonCode, ...]:
        listed = self._list(codes, "reasons", rule)
        if len(listed) > MOST_REASONS:
            cause = f"{len(listed)} reasons, at most {MOST_REASONS} are told"
            self._refuse(rule, cause, "reasons")
        missing = ReasonCode.DATA_MISSING
        return tuple(self._one_of(ReasonCode, code, "reason", rule, missing) for code in listed)

    def _outcome(self, label: object, key: str, rule: str, kind: BookKind) -> Outcome:
        outcome = _OUTCOMES.get(label) if isinstance(label, str) else None
        if label is None:
            self._refuse(rule, f"{key} is missing", key)
        elif outcome is None:
            cause = (
                f"{label!r} is not one of {', '.join(_OUTCOMES)}{did_you_mean(label, _OUTCOMES)}"
            )
            self._refuse(rule, f"{key}: {cause}", key)
        elif outcome not in ALLOWED_OUTCOMES[kind]:
            self._refuse(rule, f"{key}: a {kind.value} book may not {outcome.label}", key)
        return outcome or Outcome.CLEAR

    def _one_of(self, kind: type[_E], value: object, key: str, rule: str, stand_in: _E) -> _E:
        allowed = [member.value for member in kind]
        if value in allowed:
            return kind(value)
        if value is None:
            self._refuse(rule, f"{key} is missing", key)
            return stand_in
        cause = f"{value!r} is not one of {', '.join(allowed)}{did_you_mean(value, allowed)}"
        self._refuse(rule, f"{key}: {cause}", "reasons" if key == "reason" else key)
        return stand_in

    def _table(self, value: object, key: str) -> Table:
        return cast(Table, self._typed(value, dict, key, ""))

    def _list(self, value: object, key: str, rule: str) -> Sequence[object]:
        return cast(Sequence[object], self._typed(value, list, key, rule))

    def _typed(self, value: object, kind: type[_T], key: str, rule: str) -> _T:
        if isinstance(value, kind):
            return value
        found = "is missing" if value is None else f"is a {type(value).__name__}"
        self._refuse(rule, f"{key} {found}, a {kind.__name__} is needed", key)
        return kind()

    def _version(self, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
            return value
        self._refuse("", "version is a whole number from 1", "version")
        return 1

    def _id(self, value: object, key: str, rule: str) -> str:
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
        self._refuse(rule, f"{key}: {value!r} is not small letters, digits and hyphens", key)
        return rule

    def _only(self, table: Table, keys: frozenset[str], rule: str, prefix: str = "") -> None:
        for key in sorted(table.keys() - keys):
            cause = f"{prefix}{key!r} is not a key known here{did_you_mean(key, keys)}"
            self._refuse(rule, cause, prefix.rstrip(": ") or key)

    def _refuse(self, rule: str, cause: str, key: str = "") -> None:
        """Note a problem; `key` is the one it is about, or the words "input NAME"."""
        *_, name = key.split(" ")
        about_input = "input " in key
        line = self._places.input(name) if about_input else self._places.rule(self._number, key)
        self.problems.append(Problem(self._file, rule, cause, line, key))
