"""The parameters of the network are read strictly."""

from __future__ import annotations

from importlib import resources

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.network.model import LinkKind
from whiteslip.risk.network.reading import read_terms

GOOD = (resources.files("whiteslip.risk.network") / "data" / "network.toml").read_text("utf-8")


def test_what_ships_is_read() -> None:
    terms = read_terms(GOOD)

    assert set(terms.kinds) == set(LinkKind)
    assert sum(terms.ring.weights.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("rounds = 50", "rounds = 50\nturns = 1", "network.toml"),
        ("rounds = 50", 'rounds = "many"', "rounds"),
        ("[kind.phone]", "[kind.fax]", "network.toml"),
        ("least_bad = 2\n", "", "ring"),
        ("least_members = 4", "least_members = 61", "ring.least_members"),
        ("density = 0.2", "density = 0.3", "ring.weights"),
        ("rounds = 50", "rounds =", "network.toml"),
        ('restrict_for = ["FRD-01"', 'restrict_for = ["FRD-02"', "ring.restrict_for"),
        ('restrict_for = ["FRD-01"', 'restrict_for = ["FRD-99"', "ring.restrict_for"),
    ],
)
def test_a_fault_is_named_with_its_place(before: str, after: str, where: str) -> None:
    assert before in GOOD
    with pytest.raises(InvalidInput) as caught:
        read_terms(GOOD.replace(before, after, 1))
    assert where in (caught.value.where or "") or where == "network.toml"


def test_a_kind_that_is_missing_is_named() -> None:
    head, _, rest = GOOD.partition("[kind.phone]")
    without = head + rest[rest.index("[kind.address]") :]
    with pytest.raises(InvalidInput, match="no kind 'phone'"):
        read_terms(without)
