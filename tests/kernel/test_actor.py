"""Who is the same person, however the name is typed."""

from __future__ import annotations

import pytest

from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import InvalidInput


def test_names_are_told_apart_by_more_than_case_and_space() -> None:
    assert actor_of("  Anna\tMaria  Li ") == "anna maria li"
    assert actor_of("e\u0301va") == actor_of("Éva") != actor_of("eva")
    assert actor_of("李雷") != actor_of("李蕾")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "\x00", "a" * 81, "whiteslip", " WhiteSlip "])
def test_nobody_and_the_program_are_no_person(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        actor_of(name)

    assert caught.value.where == "by"
