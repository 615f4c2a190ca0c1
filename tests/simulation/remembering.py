"""An oracle that remembers what happened to its line, and can live it again without a payment, or with one more."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from datetime import date
from typing import Any, NamedTuple

from tests.simulation.ends import EndingOracle

from whiteslip.flows.settle_early import Wish
from whiteslip.world.oracle import LineOracle, OracleRefusal, OracleTerms
from whiteslip.world.oracle_model import statement_after

RECLAIMED = -2
"""The owner of credit that was paid out and had never come."""
_PLENTY = 10**15


def unbilled_plans(oracle: LineOracle) -> Counter[date]:
    """What plans will bill, by statement."""
    ahead: Counter[date] = Counter()
    for row in oracle.rows:
        if row.plan and row.statement_on > oracle.day:
            ahead[row.statement_on] += row.principal
    return ahead


class Told(NamedTuple):
    """Something that happened, on the day the line was on, and what came of it."""

    day: date
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any


class RememberingOracle(EndingOracle):
    """Every operation is remembered in the order it was done."""

    def __init__(
        self, limit_minor: int, statement_day: int, opened_on: date, terms: OracleTerms
    ) -> None:
        super().__init__(limit_minor, statement_day, opened_on, terms)
        self.told: list[Told] = []
        self._begun = limit_minor, statement_day, opened_on, terms
        self.is_inside = False
        self.is_again = False
        self.unbilled: Counter[date] = Counter()
        """What refunds took from plans before any statement showed it, by statement."""

    def without(self, place: int) -> RememberingOracle:
        """Live again as if what was told at a place had never been."""
        return self._again(self.told[:place] + self.told[place + 1 :])

    def with_repayment(self, on: date, amount_minor: int) -> RememberingOracle:
        """Live again with a repayment as the last thing of a day that is closed."""
        place = next(
            index
            for index, one in enumerate(self.told)
            if one.name == "close_day" and one.args == (on,)
        )
        more = Told(on, "repay", (amount_minor,), {}, None)
        return self._again([*self.told[:place], more, *self.told[place:]])

    def _again(self, told: list[Told]) -> RememberingOracle:
        new = RememberingOracle(*self._begun)
        new.is_again = True
        for one in told:
            reached, new.day = new.day, one.day
            ahead = unbilled_plans(new)
            new._do(one)
            if one.name == "refund":
                ahead.subtract(unbilled_plans(new))
                new.unbilled.update(ahead)
            if one.name != "close_day":
                new.day = reached
                if one.day != reached:
                    new.grant_temporary_limit(0, one.day)
        new.is_again = False
        new.told = [one._replace(result=None) if one.name == "repay" else one for one in told]
        new.limit_minor = self.limit_minor
        lived = {one.statement_on: one for one in new.statements}
        new.statements = [
            one._replace(
                minimum_minor=lived[one.statement_on].minimum_minor,
                pay_later_minor=lived[one.statement_on].pay_later_minor,
                pay_later_minimum_minor=lived[one.statement_on].pay_later_minimum_minor,
            )
            if one.due_on >= self.day
            else one
            for one in self.statements
        ]
        return new

    def _do(self, one: Told) -> None:
        """Do again what was done, as far as it goes: what was accepted then is not refused now."""
        match one.name:
            case "pay_out_credit":
                self._pay_out(one.result)
            case "settle_early":
                self._settle(one.args[0], sum(one.result[:3]))
            case "split_statement":
                self._split(one.args[0])
            case _:
                getattr(self, one.name)(*one.args, **one.kwargs)

    def _pay_out(self, amount: int) -> None:
        short = max(0, amount - self.credit_minor)
        self.credit_minor -= amount - short
        if short:
            on = statement_after(self.day, self.statement_day)
            self._add(RECLAIMED, on, short, plan=True)
            self._wake = self.day

    def _settle(self, wish: Wish, amount: int) -> None:
        before = self._copy()
        try:
            paid = sum(EndingOracle.settle_early(self, wish)[:3])
        except OracleRefusal:
            paid = amount + 1
        if paid <= amount:
            self.credit_minor += amount - paid
            return
        self._restore(before)
        EndingOracle.repay(self, amount)

    def _split(self, months: int) -> None:
        before = self._copy()
        if self.statements and EndingOracle.split_statement(self, months) == 0:
            self._restore(before)

    def _copy(self) -> dict[str, Any]:
        return deepcopy({name: value for name, value in vars(self).items() if name != "told"})

    def _restore(self, before: dict[str, Any]) -> None:
        vars(self).update(before)

    def available_at(self, level: int) -> int:
        """What was accepted is accepted again."""
        return _PLENTY if self.is_again else super().available_at(level)


def _remembered(name: str) -> Any:
    def tell(self: RememberingOracle, *args: Any, **kwargs: Any) -> Any:
        act = getattr(super(RememberingOracle, self), name)
        if self.is_inside or self.is_again:
            return act(*args, **kwargs)
        self.is_inside = True
        day = self.day
        try:
            result = act(*args, **kwargs)
        finally:
            self.is_inside = False
        if result is not False:  # what was declined never was
            self.told.append(Told(day, name, args, kwargs, result))
        return result

    return tell


for _name in (
    "authorize",
    "capture",
    "void",
    "refund",
    "repay",
    "settle_early",
    "split_statement",
    "charge_off",
    "recover",
    "write_off",
    "pay_out_credit",
    "change_limit",
    "grant_temporary_limit",
    "close_day",
):
    setattr(RememberingOracle, _name, _remembered(_name))
