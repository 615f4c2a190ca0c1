"""Every pair of a dispute's status and command, and who decides."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from whiteslip.care.disputes import rules
from whiteslip.care.disputes.model import Command, Dispute, Ground, Status
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed

DAY = date(2026, 5, 1)
ONE = Dispute(1, 2, 3, 4, None, Status.OPEN, Ground.FAULTY, 100, "shop app", DAY)


@pytest.mark.parametrize(("status", "command"), list(product(Status, Command)))
def test_every_pair_is_legal_or_refused(status: Status, command: Command) -> None:
    error = rules.refusal(ONE._replace(status=status), command, "Anna")

    assert (error is None) == ((status, command) in rules.MOVES)
    assert error is None or isinstance(error, Conflict)


def test_another_person_decides_but_anybody_of_the_shop_may_withdraw() -> None:
    assert isinstance(rules.refusal(ONE, Command.REJECT, " SHOP  app"), NotAllowed)
    assert rules.refusal(ONE, Command.WITHDRAW, "shop app") is None


@pytest.mark.parametrize(
    "text",
    [
        "answer_days = 20",
        "answer_days = 0\nresume_after_days = 0",
        "answer_days = 'a'",
        "x = 1",
        "=",
    ],
)
def test_parameters_that_cannot_be_right_are_refused(text: str) -> None:
    assert rules.read("answer_days = 20\nresume_after_days = 0").answer_days == 20
    with pytest.raises(InvalidInput):
        rules.read(text)
