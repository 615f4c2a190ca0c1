"""Files that are odd only beside others: what they say was said before, or otherwise; each is read whole by itself."""

from __future__ import annotations

from random import Random

from tests.gateways.bank.bank_files import Told, booked, notification, status_report, told
from tests.gateways.bank.odd_model import Drawn, Reads, all_of, failed, paid, some


def _name(draw: Random) -> str:
    """A message of its own, by a name that no other file has."""
    return f"MSG-{draw.getrandbits(64):016x}"


def said_by_two(draw: Random) -> Drawn:
    """A report and then a notification say that the same was paid, or a report that it failed, twice."""
    while True:
        numbers = some(draw)
        entries = [told(number) for number in numbers]
        yield status_report(entries, message_id=_name(draw)), all_of(numbers)
        rows = [booked(each) for each in entries]
        yield notification(rows, message_id=_name(draw)), all_of(numbers)
        number = draw.randrange(1, 900)
        for _ in range(2):
            body = status_report([told(number, "RJCT", "AM04")], message_id=_name(draw))
            yield body, Reads((failed(number),))


def sent_again(draw: Random) -> Drawn:
    """A message is sent again with a remark in it, and once more with another amount under the same name."""
    while True:
        numbers, name = some(draw), _name(draw)
        entries = [told(number) for number in numbers]
        body = status_report(entries, message_id=name)
        yield body, all_of(numbers)
        yield body.replace(b"<GrpHdr>", b"<!-- again --><GrpHdr>", 1), all_of(numbers)
        other = entries[0]._replace(amount="1.23")
        first = paid(numbers[0])._replace(amount_minor=123)
        rest = all_of(numbers[1:]).results
        yield status_report([other, *entries[1:]], message_id=name), Reads((first, *rest))


def taken_back(draw: Random) -> Drawn:
    """What was paid is returned days later, and the return is told twice, in messages of their own."""
    while True:
        number, other = draw.sample(range(1, 900), 2)
        yield (
            status_report([told(number), told(other)], message_id=_name(draw)),
            all_of([number, other]),
        )
        back = booked(told(number, reason="MD06"), side="DBIT")
        returned = paid(number)._replace(outcome="returned", reason="MD06")
        for _ in range(2):
            yield notification([back], message_id=_name(draw)), Reads((returned,))


def said_otherwise(draw: Random) -> Drawn:
    """What was paid fails afterward, and what failed is paid; another amount than was asked for."""
    while True:
        number, other, off = draw.sample(range(1, 900), 3)
        fails = told(other, "RJCT", draw.choice(("AM04", "AC04", "MD01", "FF01", "MS03")))
        reason = fails.reason or ""
        yield (
            status_report([told(number), fails], message_id=_name(draw)),
            Reads((paid(number), failed(other, reason))),
        )
        yield (
            status_report([told(number, "RJCT", "AM04"), told(other)], message_id=_name(draw)),
            Reads((failed(number), paid(other))),
        )
        body = status_report([told(off)._replace(amount="2.50")], message_id=_name(draw))
        yield body, Reads((paid(off)._replace(amount_minor=250),))


def nobodys(draw: Random) -> Drawn:
    """References nobody sent, beside some that were: paid, failed, and returned."""
    while True:
        numbers = some(draw)
        for strange in ("invoice 7", "col_1_99999999", "col_01_2", "COL_1_2", "col_1_2_3", "col_"):
            entry = Told(strange, amount="7.50", own=f"own-{draw.getrandbits(32)}")
            known = all_of(numbers).results
            found = paid(1)._replace(reference=strange, amount_minor=750)
            entries = [*map(told, numbers), entry]
            yield status_report(entries, message_id=_name(draw)), Reads((*known, found))
            row = booked(entry._replace(reason="MD06"), side="DBIT")
            back = found._replace(outcome="returned", reason="MD06")
            yield notification([row], message_id=_name(draw)), Reads((back,))
