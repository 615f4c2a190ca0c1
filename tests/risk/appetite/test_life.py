"""A version of the appetite: every state with every command, and that two people are two people."""

from __future__ import annotations

from itertools import product

import pytest

from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.risk.appetite import life
from whiteslip.risk.appetite.life import MOVES, Command, State, Version


@pytest.mark.parametrize(("state", "command"), list(product([None, *State], Command)))
def test_only_what_the_table_names_moves_a_version(state: State | None, command: Command) -> None:
    if (state, command) in MOVES:
        assert life.moved(state, command, version=3) is MOVES[state, command]
    else:
        with pytest.raises(Conflict, match="appetite 3 is"):
            life.moved(state, command, version=3)


def test_the_next_version_is_the_next_number() -> None:
    known = [Version(1, State.REPLACED, "ann", 3), Version(2, State.IN_FORCE, "ann", 2)]

    (step,) = life.draft(known, 3, by="Ann ", note="more")
    assert (step.step, step.state, step.actor) == (1, State.DRAFTED, "ann")
    for wrong in (1, 2, 4):
        with pytest.raises(Conflict, match=f"is 3, not {wrong}"):
            life.draft(known, wrong, by="ann", note="")


def test_another_person_publishes_and_the_one_before_ends() -> None:
    known = [Version(1, State.IN_FORCE, "ann", 2), Version(2, State.DRAFTED, "ann", 1)]

    ended, published = life.publish(known, 2, by="Bo", note="agreed in March")

    assert (ended.version, ended.command, ended.state) == (1, Command.REPLACE, State.REPLACED)
    assert (published.version, published.step, published.state) == (2, 2, State.IN_FORCE)
    with pytest.raises(Conflict, match="another person publishes it"):
        life.publish(known, 2, by="ANN", note="x")
    with pytest.raises(InvalidInput, match="say why"):
        life.publish(known, 2, by="bo", note=" ")
    with pytest.raises(NotFound):
        life.publish(known, 5, by="bo", note="x")
