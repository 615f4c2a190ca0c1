"""Check the books: every invariant the tables must hold, in one snapshot, each with the rows that break it."""

from __future__ import annotations

from typing import Any, NamedTuple

from whiteslip.credit.agreements.store import find_unagreed
from whiteslip.infra.database import Connection
from whiteslip.money.arrears import store as arrears
from whiteslip.money.chargeoffs.store import odd_claims
from whiteslip.money.collections import store as collections
from whiteslip.money.corrections.store import odd_corrections
from whiteslip.money.disclosures.store import odd_disclosures
from whiteslip.money.goodwill.store import odd_goodwill
from whiteslip.money.ledger import store as ledger
from whiteslip.money.ledger.model import LEGS, Account, MovementKind
from whiteslip.money.payoffs.store import odd_payoffs
from whiteslip.money.returns.store import odd_returns
from whiteslip.money.splits.store import odd_splits
from whiteslip.money.suspense import store as suspense
from whiteslip.risk.loosenings.store import find_ungrounded
from whiteslip.risk.portfolio import store as portfolio
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.tightenings.store import find_unspared


class Check(NamedTuple):
    """One invariant and what breaks it; no problem means it holds."""

    name: str
    problems: tuple[str, ...]


class BooksReport(NamedTuple):
    """The checks of a book and its trial balance, debits less credits by account in minor units."""

    checks: tuple[Check, ...]
    trial_balance: dict[Account, int]

    @property
    def clean(self) -> bool:
        """Tell whether every invariant holds."""
        return not self.problems

    @property
    def problems(self) -> list[str]:
        """List what is wrong, each with the invariant it breaks."""
        return [f"{check.name}: {text}" for check in self.checks for text in check.problems]


def check_books(db: Connection) -> BooksReport:
    """Run every check; use a read-only transaction, whose one snapshot holds still while purchases go on."""
    found = ledger.broken_invariants(db)
    found += [("early settlements are paid to the cent", odd_payoffs(db))]
    found += [("a plan is what was agreed to", odd_disclosures(db))]
    found += [("a split statement asks for what the split left", odd_splits(db))]
    found += [("claims are what was charged off and has not come in", odd_claims(db))]
    found += [("goodwill is what it settled and left as credit", odd_goodwill(db))]
    found += [("refunds go back to who paid, never more than was paid", odd_returns(db))]
    found += [("restrictions are explained and projected", suspensions.odd_restrictions(db))]
    found += [("every line was agreed to", find_unagreed(db))]
    found += [("the last month end is what its sums say", _odd_month_sums(db))]
    found += [("nobody spared is restricted with a segment", find_unspared(db))]
    found += [("room was given to good lines alone", find_ungrounded(db))]
    found += [("collections agree with repayments and results", collections.odd_collections(db))]
    found += [("money in suspense is what its items hold", suspense.odd_items(db))]
    found += [("what is undone is undone whole", odd_corrections(db))]
    checks = [Check(name, tuple(map(_told, rows))) for name, rows in found]
    balance = ledger.trial_balance(db)
    zero = () if sum(balance.values()) == 0 else (f"it sums to {sum(balance.values())}",)
    checks.append(Check("the trial balance is zero", zero))
    checks.append(Check("movements have the legs of their kind", tuple(_odd_legs(db))))
    return BooksReport(tuple(checks), balance)


def _odd_month_sums(db: Connection) -> list[Any]:
    """Count the last month end again; the earlier ones are `whiteslip portfolio recount`'s."""
    ends = arrears.list_month_ends(db)
    if not ends:
        return []
    return arrears.odd_month_sums(db, ends[-1]) + portfolio.odd_month_classes(db, ends[-1])


def _told(row: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in row._asdict().items())


def _odd_legs(db: Connection) -> list[str]:
    return [
        f"{row.movements} of kind {row.kind} debit {row.debit} and credit {row.credit}"
        for row in ledger.postings_by_kind(db)
        if row.kind != MovementKind.UNDONE
        and (row.debit, row.credit) != LEGS[MovementKind(row.kind)]
    ]
