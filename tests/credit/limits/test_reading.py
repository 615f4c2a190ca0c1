"""A table that is not monotone, or not whole, is refused when it is read."""

from __future__ import annotations

import pytest

from whiteslip.credit.limits.reading import read
from whiteslip.kernel.errors import InvalidInput

GOOD = """
version = 1
smallest_minor = 100
largest_minor = 1000
step_minor = 10
affordability_bands = ["good", "bad"]
[[risk]]
name = "A"
most_probability = 0.1
limits_minor = [1000, 500]
[[risk]]
name = "B"
limits_minor = [400, 0]
[[rung]]
on_time_dues = 0
limit_minor = 200
starter_minor = 100
[[rung]]
on_time_dues = 3
limit_minor = 1000
starter_minor = 200
"""


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("[1000, 500]", "[500, 1000]", "a worse affordability is given more"),
        ("[400, 0]", "[400, 400]\nname2 = 1", "name2: Object contains unknown"),
        ("[1000, 500]", "[300, 0]", "a worse risk is given more"),
        ("[400, 0]", "[400]", "needs 2 limits"),
        ("[400, 0]", "[400, -1]", r"risk\[1\].limits_minor\[1\]: Expected"),
        ("[400, 0]", "[400.0, 0]", "got `float`"),
        ("[1000, 500]", "[1001, 500]", "limits_minor is 1000 at most"),
        (
            "largest_minor = 1000",
            "largest_minor = 20000001",
            "largest_minor: Expected `int` <= 20000000",
        ),
        ("smallest_minor = 100", "smallest_minor = 5", "step ≤ smallest"),
        ("most_probability = 0.1", "most_probability = 1.0", "most_probability: Expected"),
        ("most_probability = 0.1", "", "band A has no most_probability"),
        ('name = "B"', 'name = "B"\nmost_probability = 0.2', "no upper end"),
        ('["good", "bad"]', '["good", "good"]', "named twice"),
        ("on_time_dues = 0", "on_time_dues = 1", "begins with no dues"),
        ("starter_minor = 100", "starter_minor = 201", "a starter is given more"),
        ("on_time_dues = 3", "on_time_dues = 0", "a ladder goes up"),
        ("limit_minor = 1000\nstarter", "limit_minor = 199\nstarter", "starter is given|goes up"),
        ("version = 1", "version = 1\nnote = 'x'", "note: Object contains unknown"),
        ("version = 1", "", "version: Object missing"),
        ("version = 1", "version", "not TOML"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(old: str, new: str, cause: str) -> None:
    read(GOOD)
    assert old in GOOD

    with pytest.raises(InvalidInput, match=cause):
        read(GOOD.replace(old, new, 1))
