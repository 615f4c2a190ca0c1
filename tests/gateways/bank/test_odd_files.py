"""A thousand bad and odd files, each with just the outcome it must have."""

from __future__ import annotations

from collections import defaultdict
from time import monotonic

import pytest
from tests.gateways.bank.odd_files import COUNT, KINDS, Expected, Moved, Reads, Refused, odd_files

from whiteslip.gateways.bank.files import reader
from whiteslip.kernel.errors import InvalidInput


def outcome(body: bytes) -> Expected:
    """What comes of a file, as it is expected."""
    try:
        read = reader.read(body)
    except InvalidInput as refused:
        return Refused(str(refused))
    moved = tuple(
        Moved(each.reference, each.outcome.value, each.amount_minor, each.reason, each.currency)
        for each in read.results
    )
    return Reads(moved, tuple(each.why for each in read.unread), read.pending)


def is_as_expected(found: Expected, expected: Expected) -> bool:
    """A refusal must say why, a reading must be exactly this."""
    if isinstance(expected, Refused):
        return isinstance(found, Refused) and expected.why in found.why
    return found == expected


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_a_kind_comes_out_as_it_must(kind: str) -> None:
    files = [each for each in odd_files() if each.kind == kind]
    found = [(outcome(each.body), each.expected) for each in files]

    assert len(files) == KINDS[kind][1]
    assert [pair for pair in found if not is_as_expected(*pair)] == []


def test_there_are_a_thousand_and_other_seeds_draw_others() -> None:
    files = [each.body for each in odd_files()]

    assert len(files) == COUNT
    assert files == [each.body for each in odd_files()]
    assert len(set(files) & {each.body for each in odd_files(2)}) < COUNT // 10


def test_the_same_file_gives_the_same_numbers_and_another_gives_others() -> None:
    numbers: defaultdict[bytes, list[tuple[str, ...]]] = defaultdict(list)
    for each in odd_files():
        if isinstance(each.expected, Reads):
            read = reader.read(each.body)
            numbers[each.body].append(tuple(result.result_id for result in read.results))
            assert len({result.result_id for result in read.results}) == len(read.results)

    assert any(len(those) > 1 for those in numbers.values())
    assert [those for those in numbers.values() if len(set(those)) > 1] == []


def test_none_of_them_takes_long() -> None:
    slowest = 0.0
    for each in odd_files():
        began = monotonic()
        outcome(each.body)
        slowest = max(slowest, monotonic() - began)

    assert slowest < 2
