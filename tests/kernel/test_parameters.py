"""Parameters that are missing, unknown or wrong are refused, and the place is named."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters

FITS = "share = 0.5\npart.days = 3"


class Inner(Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1)]


class Outer(Struct, frozen=True, forbid_unknown_fields=True):
    share: float
    part: Inner
    named: dict[Literal["a", "b"], Inner] = {}
    lists: list[dict[str, dict[str, Inner]]] = []


def test_what_fits_is_read() -> None:
    assert read_parameters("share = 0.5\n[part]\ndays = 3", Outer, file="it.toml") == Outer(
        0.5, Inner(3)
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("share = ", "it.toml"),
        ("share = 0.5", "part"),
        ("share = 0.5\nmore = 1\n[part]\ndays = 3", "more"),
        ('share = "half"\n[part]\ndays = 3', "share"),
        ("share = 0.5\n[part]", "part.days"),
        ("share = 0.5\n[part]\ndays = 0", "part.days"),
        ("share = 0.5\n[part]\ndays = true", "part.days"),
        ("share = 0.5\n[part]\ndays = 3\nhours = 4", "part.hours"),
        (f"{FITS}\n[named.c]\ndays = 1", "named.c"),
        (f"{FITS}\n[named.a]\ndays = 1\n[named.b]\ndays = 0", "named.b.days"),
        (f"{FITS}\n[named.a]\n[named.b]\ndays = 1", "named.a.days"),
        (
            f"{FITS}\n[[lists]]\nx.y.days = 1\n[[lists]]\nx.y.days = 1\nx.z.days = 0",
            "lists[1].x.z.days",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(text: str, where: str) -> None:
    with pytest.raises(InvalidInput, match=r"^it\.toml") as refused:
        read_parameters(text, Outer, file="it.toml")
    assert refused.value.where == where
