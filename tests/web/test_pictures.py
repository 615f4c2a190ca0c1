"""Pictures on pages have room for what is written below them."""

from __future__ import annotations

import re

import pytest

from whiteslip.web import pictures


@pytest.mark.parametrize("count", [1, 7, 31, 366])
def test_labels_below_bars_have_room_on_a_phone(count: int) -> None:
    labels = [f"{1 + day % 12}/{1 + day % 28}" for day in range(count)]

    drawn = str(pictures.bars("Sold", labels, {"Sold": [1.0] * count}))

    written = [text for text in re.findall(r'class="mid">([^<]*)</text>', drawn) if text]
    assert written[0] == labels[0]
    assert sum(len(text) + 2 for text in written) <= pictures.PHONE_COLUMNS + 7
    assert drawn.count("<rect") >= count
