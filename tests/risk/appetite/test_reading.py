"""An appetite is read strictly: every limit on its side, nothing unknown, nothing left out."""

from __future__ import annotations

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.appetite import store
from whiteslip.risk.appetite.model import Measure, Side
from whiteslip.risk.appetite.reading import read_appetite, read_method

BODY = store.shipped()


def test_what_ships_has_every_limit_with_a_reason() -> None:
    read = read_appetite(BODY)

    assert set(read.limits) == set(Measure)
    assert all(one.why for one in read.limits.values())
    assert read.limits[Measure.LIQUIDITY_COVERAGE].side is Side.LEAST
    assert store.method().splits == 10
    assert 0 < store.lost_ppm() <= 1_000_000


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("version = 1", "version = 0", "version"),
        ("version = 1", 'version = "1"', "version"),
        ("[limits.suspended]", "[limits.suspende]", "suspende"),
        ("least_ppm = 1_200_000", "most_ppm = 1_200_000", "liquidity_coverage: say least_ppm"),
        ("most_ppm = 20_000\n", "", "suspended_a_day: say most_ppm"),
        ("most_ppm = 20_000", "most_ppm = 20_000\nleast_ppm = 1", "say most_ppm, and nothing"),
        ("most_ppm = 20_000", "most_ppm = 0.02", "suspended_a_day"),
        ('unknown = "refuse"', 'unknown = "pass"', "expected_loss"),
        ("[200_000, 1_000_000", "[1_000_000, 200_000", "edges do not rise"),
        ("scenario = ", "scenari = ", "scenari"),
    ],
)
def test_what_cannot_be_meant_is_named(old: str, new: str, cause: str) -> None:
    assert old in BODY

    with pytest.raises(InvalidInput, match=cause):
        read_appetite(BODY.replace(old, new, 1))


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 20_000, "", "version = ", "version = " + "9" * 400]
)
def test_what_is_no_appetite_at_all_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"appetite\.toml"):
        read_appetite(text)


def test_a_limit_left_out_is_named() -> None:
    begin = BODY.index("[limits.merchant_share]")
    end = BODY.index("[limits.liquidity_coverage]")

    with pytest.raises(InvalidInput, match="merchant_share"):
        read_appetite(BODY[:begin] + BODY[end:])


@pytest.mark.parametrize(
    "line", ["splits = 0", 'prefer = "most_stopped"', "curve_ppm = [20_000, 10_000]", "other = 1"]
)
def test_a_method_is_read_strictly(line: str) -> None:
    from importlib import resources

    body = (resources.files("whiteslip.risk.appetite") / "data" / "solving.toml").read_text("utf-8")
    name = line.partition(" = ")[0]
    kept = [each for each in body.splitlines() if not each.startswith(f"{name} = ")]

    with pytest.raises(InvalidInput, match=name):
        read_method("\n".join([*kept, line]))
