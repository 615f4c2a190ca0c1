"""Files with an odd entry among good ones: the good ones are read, and it is said what is wrong with the other."""

from __future__ import annotations

from random import Random

from tests.gateways.bank.bank_files import (
    booked,
    notification,
    status_report,
    summary_of,
    told,
    total,
)
from tests.gateways.bank.odd_model import (
    Drawn,
    Moved,
    Reads,
    Refused,
    all_of,
    failed,
    notice,
    paid,
    report,
    some,
)


def out_of_order(draw: Random) -> Drawn:
    """Entries in another order, a return before its payment: read in the order they stand."""
    while True:
        first, second = draw.sample(range(1, 900), 2)
        returned = booked(told(first, reason="MD06"), side="DBIT")
        body = notification([returned, booked(told(second)), booked(told(first))])
        back = paid(first)._replace(outcome="returned", reason="MD06")
        yield body, Reads((back, paid(second), paid(first)))
        numbers = sorted(some(draw), reverse=True)
        yield report(numbers), all_of(numbers)


def unknown_codes(draw: Random) -> Drawn:
    """A status nobody knows is kept; a reason nobody knows is read, for the table knows what to do with it."""
    while True:
        good, odd = draw.sample(range(1, 900), 2)
        code = draw.choice(("ZZ99", "NARR", "X1", "AM99"))
        yield (
            status_report([told(good), told(odd, "RJCT", code)]),
            Reads((paid(good), failed(odd, code))),
        )
        status = draw.choice(("CANC", "BLCK", "acsc", "XXXX"))
        why = f"unknown status {status}"
        yield status_report([told(good), told(odd, status)]), Reads((paid(good),), (why,))
        yield (
            notification([booked(told(good)), booked(told(odd), status=status)]),
            Reads((paid(good),), (why,)),
        )
        yield (
            notification([booked(told(good)), booked(told(odd), side="BOTH")]),
            Reads((paid(good),), ("neither credit nor debit",)),
        )


def contradicting(draw: Random) -> Drawn:
    """Paid and failed in one file: both are told; a group that says otherwise than its entry: a person's."""
    while True:
        number, other = draw.sample(range(1, 900), 2)
        both = [told(number), told(number, "RJCT", "AM04")]
        yield status_report(both, whole=""), Reads((paid(number), failed(number)))
        why = "its group has another status"
        yield status_report([told(number)], group="RJCT"), Reads((), (why,))
        yield status_report([told(number, "RJCT", "AM04")], payment="ACSC"), Reads((), (why,))
        clash = [told(number)._replace(own="same"), told(other)._replace(own="same")]
        unlike = clash[1]._replace(reference=f"r-{number}")
        yield status_report(clash), Reads((paid(number), paid(other)))
        both_doubtful = ("the same reference is given to entries that differ",) * 2
        yield status_report([clash[0], unlike]), Reads((), both_doubtful)


def duplicated(draw: Random) -> Drawn:
    """An entry stands there twice: it counts once, and a person is told."""
    again = "the same entry stands there before"
    while True:
        numbers = some(draw)
        entries = [told(number) for number in (*numbers, numbers[0])]
        yield status_report(entries), Reads(all_of(numbers).results, (again,))
        nameless = [each._replace(own=None) for each in entries]
        rows = [booked(each) for each in nameless]
        yield (
            notification(rows, summary=summary_of(len(rows), total(nameless))),
            Reads(all_of(numbers).results, (again,)),
        )


_AMOUNTS = {
    "-1.00": "an amount that is not positive",
    "0.00": "an amount that is not positive",
    "1.005": "a fraction of the smallest unit of CNY",
    "0.001": "a fraction of the smallest unit of CNY",
    "10000000000000.01": "an amount that is too large",
    "1e3": "an amount that is no number",
    "1,00": "an amount that is no number",
    "NaN": "an amount that is no number",
    "Infinity": "an amount that is no number",
    "１２.００": "an amount that is no number",
    "1 000.00": "an amount that is no number",
    "0x10": "an amount that is no number",
    "": "an amount that is no number",
}


def odd_amounts(draw: Random) -> Drawn:
    """Negative, fractions of a fen, too large, or no number: the entry is kept, the others are read."""
    while True:
        for text, why in _AMOUNTS.items():
            good, odd = draw.sample(range(1, 900), 2)
            entries = [told(good), told(odd)._replace(amount=text)]
            yield status_report(entries, whole=""), Reads((paid(good),), (why,))
            rows = [booked(each) for each in entries]
            yield notification(rows), Reads((paid(good),), (why,))
            is_number = "no number" not in why
            summary = summary_of(2, total(entries) if is_number else "1.00")
            yield (
                notification(rows, summary=summary),
                Reads((paid(good),), (why,)) if is_number else Refused("cannot be summed"),
            )


def other_currencies(draw: Random) -> Drawn:
    """Another currency is read as what it is; one nobody knows is kept."""
    while True:
        good, odd = draw.sample(range(1, 900), 2)
        for currency, text, found in (
            ("EUR", "7.50", 750),
            ("JPY", "750", 750),
            ("KWD", "0.750", 750),
            ("JPY", "7.5", "a fraction of the smallest unit of JPY"),
            ("QQQ", "7.50", "unknown currency QQQ"),
            ("cny", "7.50", "unknown currency cny"),
            (None, "7.50", "unknown currency none"),
        ):
            entries = [told(good), told(odd)._replace(amount=text, currency=currency)]
            read = Moved(f"r-{odd}", "paid", 750, None, currency or "")
            expected = (
                Reads((paid(good),), (found,))
                if isinstance(found, str)
                else Reads((paid(good), read))
            )
            yield status_report(entries), expected
            yield notification([booked(each) for each in entries]), expected


def missing(draw: Random) -> Drawn:
    """An element is not there: of an entry it is kept, of the file the file is refused."""
    while True:
        good, odd = draw.sample(range(1, 900), 2)
        gone = told(odd)
        for entry, why in (
            (gone._replace(reference=None), "no reference of ours"),
            (gone._replace(reference="NOTPROVIDED"), "no reference of ours"),
            (gone._replace(reference="r" * 36), "a reference that cannot be one of ours"),
            (gone._replace(reference="订单"), "a reference that cannot be one of ours"),
            (gone._replace(amount=None), "no amount"),
            (gone._replace(status=None), "unknown status none"),
            (gone._replace(status="RJCT"), "failed, and no reason"),
            (gone._replace(day="2027-02-29"), "a day that does not exist"),
            (gone._replace(day="1970-01-01"), "a day no debit is booked on"),
        ):
            yield status_report([told(good), entry], whole=""), Reads((paid(good),), (why,))
        rows = [booked(told(good)), booked(gone, side="DBIT")]
        yield notification(rows), Reads((paid(good),), ("a debit that returns nothing of ours",))
        rows[1] = booked(gone._replace(day=None))
        yield notification(rows), Reads((paid(good),), ("no day it counts from",))
        rows[1] = booked(gone._replace(reason="MD06"))
        yield notification(rows), Reads((paid(good),), ("a credit that is itself a return",))
        for name in ("GrpHdr", "MsgId", "OrgnlGrpInfAndSts"):
            body = _without(report([good]), name)
            yield body, Refused(f"{name} is missing")
        yield _without(notice([good]), "Ntfctn"), Refused("Ntfctn is missing")


def _without(body: bytes, name: str) -> bytes:
    begin, end = body.index(f"<{name}>".encode()), body.rindex(f"</{name}>".encode())
    return body[:begin] + body[end + len(name) + 3 :]


def not_final(draw: Random) -> Drawn:
    """Not booked yet: nothing acts, and it is counted."""
    while True:
        good, odd = draw.sample(range(1, 900), 2)
        status = draw.choice(("ACSP", "PDNG", "ACTC", "RCVD"))
        yield status_report([told(good), told(odd, status)]), Reads((paid(good),), pending=1)
        rows = [booked(told(good)), booked(told(odd), status="PDNG", version="04")]
        yield (
            notification(rows, version="04").replace(b"<Cd>BOOK</Cd>", b"BOOK"),
            Reads((paid(good),), pending=1),
        )
