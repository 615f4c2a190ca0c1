"""`whiteslip bench fail-open`: faulty facts and rules, what our books do with each, and what zen-engine does.

The rule is meant to stop a line; the default lets it pass. Ours is refused when it is published, or
asks a person; the peer's column is measured on the version installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from whiteslip.bench import zen_table
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.kernel.errors import InvalidInput, Unavailable
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.judging import judge

FILE: Final = "book.toml"
_INPUTS: Final = {
    "days_past_due": "int",
    "utilization": "ratio",
    "debts_minor": "money",
    "rent_minor": "money",
    "income_minor": "money",
    "identity_is_valid": "bool",
    "segment": "text",
}
_OVERDUE: Final = "days_past_due >= 30"
DEFAULT: Final = Outcome.CLEAR.label
REFUSED, ERROR, NOTHING = "refused", "error", "nothing"


@dataclass(frozen=True, slots=True)
class Case:
    """One fault: our conditions, the peer's cells for the same rules, and the facts both are asked with.

    Rules are pairs of condition and outcome; a cell's field "" holds a whole expression.
    """

    name: str
    ours: Sequence[tuple[str, str]]
    theirs: Sequence[Mapping[str, str]]
    facts: Mapping[str, object]
    default: str | None = DEFAULT
    is_exclusive: bool = False


def _fact(name: str, facts: Mapping[str, object]) -> Case:
    return Case(name, [(_OVERDUE, "suspend")], [{"days_past_due": ">= 30"}], facts)


def _rule(name: str, ours: str, theirs: Mapping[str, str], **facts: object) -> Case:
    return Case(name, [(ours, "suspend")], [theirs], facts)


CASES: Final[tuple[Case, ...]] = (
    _fact("a field is missing", {}),
    _fact("a field is null", {"days_past_due": None}),
    _fact("a text where a number belongs", {"days_past_due": "45"}),
    _fact("NaN", {"days_past_due": float("nan")}),
    _fact("infinity", {"days_past_due": float("inf")}),
    _rule(
        "a text where a truth belongs",
        "not identity_is_valid",
        {"identity_is_valid": "false"},
        identity_is_valid="false",
    ),
    _rule("not, of what is missing", "not (utilization <= 0.9)", {"": "not (utilization <= 0.9)"}),
    _rule("unequal to what is missing", "segment != 'wealth'", {"segment": "!= 'wealth'"}),
    _rule(
        "a sum with a missing part",
        "debts_minor + rent_minor > 100000",
        {"": "debts_minor + rent_minor > 100000"},
        debts_minor=500_000,
    ),
    _rule(
        "division by zero",
        "debts_minor / income_minor > 0.5",
        {"": "debts_minor / income_minor > 0.5"},
        debts_minor=500_000,
        income_minor=0,
    ),
    _rule("a syntax error", "days_past_due > > 30", {"days_past_due": "> > 30"}, days_past_due=45),
    _rule(
        "a function that does not exist",
        "absolute(days_past_due) >= 30",
        {"": "absolute(days_past_due) >= 30"},
        days_past_due=45,
    ),
    _rule("a misspelled input", "days_pastdue >= 30", {"days_pastdue": ">= 30"}, days_past_due=45),
    _rule(
        "a number compared with a text",
        "days_past_due >= 'thirty'",
        {"days_past_due": ">= 'thirty'"},
        days_past_due=45,
    ),
    Case(
        "a misspelled outcome",
        [(_OVERDUE, "supsend")],
        [{"days_past_due": ">= 30"}],
        {"days_past_due": 45},
    ),
    Case(
        "no default",
        [(_OVERDUE, "suspend")],
        [{"days_past_due": ">= 30"}],
        {"days_past_due": 3},
        default=None,
    ),
    _rule(
        "a rule that can never hold",
        "days_past_due >= 30 and days_past_due < 15",
        {"": "days_past_due >= 30 and days_past_due < 15"},
        days_past_due=45,
    ),
    Case(
        "rules that overlap though only one may hold",
        [("days_past_due between 1 and 59", "watch"), (_OVERDUE, "suspend")],
        [{"days_past_due": "[1..59]"}, {"days_past_due": ">= 30"}],
        {"days_past_due": 45},
        is_exclusive=True,
    ),
)


class Answer(NamedTuple):
    """What an engine did: an outcome's label or one of "refused", "error" and "nothing"; and what it said."""

    outcome: str
    says: str = ""

    @property
    def text(self) -> str:
        """In a table's cell."""
        return f"{self.outcome}: {self.says}" if self.says else self.outcome


class Row(NamedTuple):
    """A case and both answers; `theirs` is None when the peer is not installed."""

    case: str
    ours: Answer
    theirs: Answer | None

    @property
    def fails_open(self) -> bool:
        """Whether the peer let pass, or said nothing, where ours refuses or asks a person."""
        return self.theirs is not None and self.theirs.outcome in (DEFAULT, NOTHING)


@dataclass(frozen=True, slots=True)
class FailOpenReport:
    """Every case; `peer` names the version measured, or says that it is not there."""

    peer: str
    rows: Sequence[Row]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return {
            "bench": "fail-open",
            "peer": self.peer,
            "peer_fails_open": sum(row.fails_open for row in self.rows),
            "cases": [
                {
                    "case": row.case,
                    "ours": row.ours._asdict(),
                    "theirs": row.theirs._asdict() if row.theirs else None,
                    "fails_open": row.fails_open,
                }
                for row in self.rows
            ],
            "faults": self.faults,
        }

    @property
    def faults(self) -> list[str]:
        """The cases that ours lets pass; there must be none."""
        return [row.case for row in self.rows if row.ours.outcome == DEFAULT]


def bench_fail_open() -> FailOpenReport:
    """Try every case on ours, and on the peer if it is installed."""
    ask: Callable[[Case], Answer | None] = their_answer
    try:
        zen_table.load()
        peer = f"zen-engine {zen_table.version()}"
    except Unavailable as missing:
        peer, ask = str(missing), _nobody
    return FailOpenReport(peer, [Row(case.name, our_answer(case), ask(case)) for case in CASES])


def our_answer(case: Case) -> Answer:
    """Publish the book of a case and, if it is accepted, judge the facts."""
    try:
        book = accept(_body(case), file=FILE, explained=tuple(ReasonCode))
    except InvalidInput as refused:
        return Answer(REFUSED, f"when published: {refused}")
    try:
        verdict = judge(book, case.facts)
    except InvalidInput as refused:
        return Answer(REFUSED, f"when judged: {refused}")
    return Answer(verdict.outcome.label, " ".join(verdict.reasons))


def their_answer(case: Case) -> Answer:
    """Load the case's table into the peer, let it validate, and ask it."""
    outcomes = [outcome for _, outcome in case.ours]
    rules: list[tuple[Mapping[str, str], str]] = list(zip(case.theirs, outcomes, strict=True))
    if case.default is not None:
        rules.append(({}, case.default))
    fields = list(dict.fromkeys(name for cells in case.theirs for name in cells))
    table = zen_table.table_of(fields, rules, hit_policy="first")
    if refusal := zen_table.refusal(table):
        return Answer(REFUSED, f"when loaded: {refusal}")
    try:
        result: Mapping[str, str] = zen_table.ZenTable(table).ask(case.facts)
    except Exception as error:  # whatever it raises is its answer
        return Answer(ERROR, str(error))
    return Answer(result.get(zen_table.RULE, NOTHING))


def _nobody(_case: Case) -> Answer | None:
    return None


def _body(case: Case) -> str:
    head = [
        'name = "faulty"',
        "version = 1",
        'kind = "watch"',
        'description = ""',
        f"exclusive = {str(case.is_exclusive).lower()}",
    ]
    head += [f'default = "{case.default}"'] if case.default else []
    typed = [f'{name} = {{ type = "{kind}" }}' for name, kind in _INPUTS.items()]
    rules = [
        f"[[rule]]\nid = \"rule-{number}\"\nwhen = '''{when}'''\noutcome = \"{outcome}\"\n"
        f'reasons = ["{ReasonCode.OVERDUE.value}"]'
        for number, (when, outcome) in enumerate(case.ours, 1)
    ]
    return "\n".join((*head, "[inputs]", *typed, *rules))
