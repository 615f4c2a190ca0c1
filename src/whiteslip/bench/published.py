"""Published schedules of other systems, played through our plans: which figures are equal, and which differ."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeGuard

from whiteslip.bench.published_terms import (
    ALLOCATED,
    FUTURES,
    Json,
    day,
    event_of,
    minor,
    ppm,
    terms_of,
)
from whiteslip.bench.published_undone import Made, Undone, undone_by
from whiteslip.kernel.calendar import days_between
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.money.plans import events as happened
from whiteslip.money.plans.delinquency import buckets
from whiteslip.money.plans.events import Event
from whiteslip.money.plans.life import Entry, Life, replay
from whiteslip.money.plans.model import (
    Component,
    Every,
    Future,
    InstallmentFee,
    Kind,
    Period,
    Row,
    RowKind,
    Terms,
    Unit,
)

_NAMES: Final = {
    "drawn": "Disbursement",
    "down payment": "Down Payment",
    "repayment": "Repayment",
    "goodwill": "Goodwill Credit",
    "merchant refund": "Merchant Issued Refund",
    "payout refund": "Payout Refund",
    "charge adjustment": "Charge Adjustment",
    "charged back": "Chargeback",
    "credit refunded": "Credit Balance Refund",
    "re-aged": "Re-age",
    "re-amortized": "Re-amortize",
    "waived": "Waive",
    "charged off": "Charge-off",
}
_UNNUMBERED: Final = frozenset({"Re-age", "Re-amortize"})
"""Entries whose balance is written by another rule there: what is left of the rows that were moved."""


class Compared(NamedTuple):
    """A case: how many figures were compared, and each that differs with where, ours and theirs."""

    case: str
    topic: str
    figures: int
    differences: tuple[str, ...]


def compare(path: Path) -> list[Compared]:
    """Play every case of a file; what cannot be read or played is a difference that says so."""
    try:
        cases: list[Json] = list(json.loads(path.read_text("utf-8"))["cases"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{path} has no cases: {error}", where=str(path)) from error
    return [compare_case(case) for case in cases]


def compare_case(case: Json) -> Compared:
    """Play one case."""
    play = _Play(case["product"])
    try:
        if "steps" in case:
            for number, step in enumerate(case["steps"], start=1):
                play.step(step, f"step {number}")
        else:
            play.drawings(case)
    except (KeyError, WhiteslipError) as error:
        play.differences.append(f"cannot be played: {error!r}")
    return Compared(case["id"], case["topic"], play.figures, tuple(play.differences))


@dataclass(slots=True)
class _Play:
    """A case on its way: the terms, what happened so far, and what was compared."""

    product: Json
    terms: Terms = field(default_factory=lambda: Terms(1, Every(1, Unit.MONTHS)))
    happened: list[Event] = field(default_factory=list[Event])
    made: list[Made] = field(default_factory=list[Made])
    planned: Event | None = None
    futures: dict[Kind | None, Future] = field(default_factory=dict[Kind | None, Future])
    on: date = date.min
    figures: int = 0
    differences: list[str] = field(default_factory=list[str])

    def same(self, where: str, ours: Any, theirs: Any) -> None:
        """Compare a figure."""
        self.figures += 1
        if ours != theirs:
            self.differences.append(f"{where}: {ours} here, {theirs} there")

    def life(self) -> Life:
        """The plan as it stands; before anything is drawn, as it would be."""
        known = self.happened or ([self.planned] if self.planned else [])
        on = max([self.on, *(event.on for event in known)])
        return replay(self.terms, known, on=on)

    def drawings(self, case: Json) -> None:
        """Compare schedules after one drawing, after two, and so on."""
        dated = case["periods"]
        periods = tuple(Period(day(one["from_"]), day(one["due"])) for one in dated)
        self.terms = replace(terms_of(self.product), count=len(dated), dated=periods)
        all_events = [
            happened.Drawn(day(event["date"]), minor(event["amount"])) for event in case["events"]
        ]
        for block in case["expected"]:
            self.happened = list(all_events[: block["after_disbursements"]])
            life = self.life()
            for row, period in zip(life.rows, dated, strict=True):
                where = f"period {row.number}"
                self.same(f"{where} due", row.due_on, day(period["due"]))
                self.parts(row, [one for one in block["rows"] if one["period"] == row.number])

    def parts(self, row: Row, wanted: list[Json]) -> None:
        """Compare a period and the parts of it that bear."""
        last, where = wanted[-1], f"period {row.number}"
        self.same(f"{where} interest", row.interest_minor, minor(last["interest"]))
        self.same(f"{where} principal", row.principal_minor, minor(last["principal"]))
        drawn = sum(one.amount_minor for one in self.happened if _is_drawn(one, row.due_on))
        self.same(f"{where} balance", row.balance_minor + drawn, minor(last["balance"]))
        together = row.principal_minor + row.interest_minor
        self.same(f"{where} installment", together, minor(last["emi"]))
        bearing = [one for one in row.stretches if one.factor]
        theirs = [one for one in wanted if one["rate_factor"]]
        for ours, other in zip(bearing, theirs, strict=False):
            self.same(f"{where} factor", float(ours.factor), other["rate_factor"])
            self.same(f"{where} part interest", ours.interest_minor, minor(other["part_interest"]))

    def step(self, step: Json, where: str) -> None:
        """Take a step, or compare what it expects."""
        kind = step["kind"]
        if kind.startswith("EXPECT_"):
            self.expect(kind.removeprefix("EXPECT_"), step, f"{where} {kind}")
        elif kind == "set_business_date":
            self.on = day(step["date"])
        elif kind == "create_loan":
            self.terms = self.with_futures(terms_of({**self.product, **step["terms"]}))
            self.planned = happened.Drawn(
                day(step["terms"]["submitted_on"]), minor(step["terms"]["principal"])
            )
        elif kind == "add_charge":
            self.charge(step)
        elif kind == "set_product_allocation":
            who = ALLOCATED[step["transaction_type"]]
            self.futures[who] = FUTURES[step["future_installment_rule"]]
            self.terms = self.with_futures(self.terms)
        elif (undone := undone_by(step)) is not None:
            self.undo(undone)
        else:
            self.happen(step)

    def happen(self, step: Json) -> None:
        """Let happen what a step does to a plan, if it does anything."""
        if (event := event_of(step, on=self.on)) is not None:
            self.happened.append(event)
            self.made.append(Made(event))
            if isinstance(event, happened.Drawn) and self.pays_down():
                self.made.append(Made(event, is_down_payment=True))

    def pays_down(self) -> bool:
        """Tell whether a down payment is made with a drawing."""
        return bool(self.terms.down_payment_ppm) and self.terms.down_payment_at_once

    def undo(self, undone: Undone) -> None:
        """Take an event back, or the down payment that was made with a drawing: what is left is played without it."""
        made = undone.find(self.made)
        place = next(at for at, one in enumerate(self.happened) if one is made.event)
        if made.is_down_payment and isinstance(made.event, happened.Drawn):
            self.happened[place] = made.event._replace(pays_down=False)
            self.made = [one.instead(made.event, self.happened[place]) for one in self.made]
        else:
            del self.happened[place]

    def with_futures(self, terms: Terms) -> Terms:
        """Let the rules for what is paid in advance be those that were set last."""
        common = terms.allocations[None]
        changed = {
            who: terms.allocations.get(who, common)._replace(future=future)
            for who, future in self.futures.items()
        }
        return replace(terms, allocations={**terms.allocations, **changed})

    def charge(self, step: Json) -> None:
        """A fee with each installment, or one of its own day, counted from then, or from now if that is sooner."""
        if "pct" in step:
            if "INSTALLMENT" not in step["charge"]:
                raise InvalidInput(
                    f"no charge is known by the name {step['charge']}", where="charge"
                )
            fee = InstallmentFee(ppm(step["pct"]), with_interest=True)
            self.terms = replace(self.terms, installment_fee=fee)
            return
        component = Component.PENALTY if "NSF" in step["charge"] else Component.FEE
        due_on = day(step["due_date"])
        on = max(min(due_on, self.on), self.happened[0].on)
        self.happened.append(happened.Charged(on, due_on, component, minor(step["amount"])))

    def expect(self, what: str, step: Json, where: str) -> None:
        """Compare the plan with what a step expects of it."""
        life = self.life()
        match what:
            case "schedule":
                self.schedule(life, step["rows"], where)
            case "totals":
                for name in _FIGURES:
                    ours = sum(getattr(row, _FIGURES[name]) for row in life.rows)
                    self.same(f"{where} {name}", ours, minor(step[name]))
            case "transactions":
                self.entries(life.entries, step["rows"], where)
            case "charges":
                ours = sum(row.fee_minor + row.penalty_minor for row in life.rows)
                self.same(where, ours, sum(minor(row["due"]) for row in step["rows"]))
            case "status" | "all_obligations_met":
                theirs = step.get("value", "Closed (obligations met)")
                self.same(where, status(life, self.happened), theirs)
            case _:
                self.overdue(life, step, where)

    def overdue(self, life: Life, step: Json, where: str) -> None:
        """Compare what is overdue by range, or the worst range."""
        ours = buckets(life.rows, on=self.on)
        if "rows" in step:
            theirs = {_range(row["Range"]): minor(row["amount"]) for row in step["rows"]}
            self.same(where, ours, theirs)
        else:
            self.same(where, max(ours, default=None), _range(step["range"]))

    def schedule(self, life: Life, rows: list[Json], where: str) -> None:
        """Compare every column of every row; a row without a number is a drawing."""
        wanted = [row for row in rows if row["nr"] is not None]
        self.same(f"{where} rows", len(life.rows), len(wanted))
        before: date | None = None
        for row, other in zip(life.rows, wanted, strict=False):
            at = f"{where} row {row.number}"
            self.same(f"{at} date", row.due_on, day(other["date"]))
            begin = before or life.moves[0].on
            if row.kind is RowKind.DOWN_PAYMENT:
                begin = row.due_on
            else:
                before = row.due_on
            self.same(f"{at} days", days_between(begin, row.due_on), int(other["days"]))
            paid_on = other["paid_date"] and day(other["paid_date"])
            self.same(f"{at} paid date", row.completed_on, paid_on)
            self.same(f"{at} balance", row.balance_minor, minor(other["balance"]))
            for name in _FIGURES:
                self.same(f"{at} {name}", getattr(row, _FIGURES[name]), minor(other[name]))

    def entries(self, ours: list[Entry], theirs: list[Json], where: str) -> None:
        """Compare what each event did. Accruals are no events of a plan and are left out, as is what was undone."""
        wanted = [
            row for row in theirs if not (row["type"].startswith("Accrual") or row.get("reverted"))
        ]
        self.same(f"{where} entries", len(ours), len(wanted))
        for one, other in zip(ours, wanted, strict=False):
            at = f"{where} {other['date']} {other['type']}"
            self.same(f"{at} type", _NAMES[one.what], other["type"])
            self.same(f"{at} date", one.on, day(other["date"]))
            self.same(f"{at} amount", one.amount_minor, minor(other["amount"]))
            for name, component in _PARTS.items():
                self.same(f"{at} {name}", one.parts[component], minor(other[name]))
            if other["type"] not in _UNNUMBERED:
                self.same(f"{at} balance", one.balance_minor, minor(other["balance"]))


_PARTS: Final = {
    "principal": Component.PRINCIPAL,
    "interest": Component.INTEREST,
    "fees": Component.FEE,
    "penalties": Component.PENALTY,
}


def _is_drawn(event: Event, on: date) -> TypeGuard[happened.Drawn]:
    """Tell whether money was drawn on a day: their balances of periods are those of the evening."""
    return isinstance(event, happened.Drawn) and event.on == on


def status(life: Life, known: list[Event]) -> str:
    """Name how a plan stands in their words."""
    if not known:
        return "Approved"
    if life.credit_minor:
        return "Overpaid"
    return "Active" if life.open_minor else "Closed (obligations met)"


def _range(name: str) -> int | None:
    return None if name == "NO_DELINQUENCY" else int(name.removeprefix("RANGE_"))


_FIGURES: Final = {
    "principal": "principal_minor",
    "interest": "interest_minor",
    "fees": "fee_minor",
    "penalties": "penalty_minor",
    "due": "due_minor",
    "paid": "paid_minor",
    "in_advance": "in_advance_minor",
    "late": "late_minor",
    "outstanding": "open_minor",
}
