"""Each mistake has one stable code that callers may rely on."""

from __future__ import annotations

import pytest

from whiteslip.kernel import errors
from whiteslip.kernel.errors import InvalidInput, InvariantBroken, WhiteslipError, invariant

KINDS = {
    errors.InvalidInput: "invalid_input",
    errors.NotFound: "not_found",
    errors.Conflict: "conflict",
    errors.IdempotencyConflict: "idempotency_conflict",
    errors.NotAllowed: "not_allowed",
    errors.Unavailable: "unavailable",
    errors.InvariantBroken: "invariant_broken",
}


@pytest.mark.parametrize(("kind", "code"), KINDS.items())
def test_codes_are_promises(kind: type[WhiteslipError], code: str) -> None:
    assert kind.code == code


def test_no_two_kinds_share_a_code() -> None:
    kinds = WhiteslipError.__subclasses__()

    assert len({kind.code for kind in kinds}) == len(kinds)
    assert set(KINDS) <= set(kinds)


def test_invalid_input_says_where() -> None:
    error = InvalidInput("a price is positive", where="items[2].price")

    assert str(error) == "a price is positive"
    assert error.where == "items[2].price"
    assert InvalidInput("no").where is None


def test_an_invariant_that_holds_is_silent() -> None:
    invariant(sum((1, 1)) == 2, "arithmetic")


def test_an_invariant_that_breaks_says_which() -> None:
    with pytest.raises(InvariantBroken, match="books balance"):
        invariant(sum((1, 1)) == 3, "books balance")
