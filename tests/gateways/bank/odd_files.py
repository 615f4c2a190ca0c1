"""A thousand files as no bank should send them, each with what must come of it; the same thousand each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import NamedTuple, TypeAlias

from tests.gateways.bank.bank_files import (
    SPACE,
    booked,
    document,
    element,
    notification,
    status_report,
    summary_of,
    told,
    total,
)

COUNT = 1000


class Moved(NamedTuple):
    """What must be read of one entry."""

    reference: str
    outcome: str
    amount_minor: int
    reason: str | None = None
    currency: str = "CNY"


class Reads(NamedTuple):
    """The file is read: these results in order, why the others are not, and how many are not final."""

    results: tuple[Moved, ...]
    unread: tuple[str, ...] = ()
    pending: int = 0


class Refused(NamedTuple):
    """The file is refused whole, and it is said why."""

    why: str


Expected: TypeAlias = Reads | Refused
Drawn: TypeAlias = Iterator[tuple[bytes, Expected]]


class OddFile(NamedTuple):
    """A file of a kind, and what must come of it."""

    kind: str
    body: bytes
    expected: Expected


NOT_XML = Refused("not XML, or not all of it")


def paid(number: int) -> Moved:
    """What must be read of `told(number)`."""
    return Moved(f"r-{number}", "paid", 100 * number + number % 100)


def failed(number: int, reason: str = "AM04") -> Moved:
    """What must be read of `told(number, "RJCT", reason)`."""
    return paid(number)._replace(outcome="failed", reason=reason)


def _some(draw: Random) -> list[int]:
    return draw.sample(range(1, 900), draw.randint(2, 6))


def _report(numbers: Sequence[int], **more: str) -> bytes:
    return status_report([told(number) for number in numbers], **more)


def _notice(numbers: Sequence[int], **more: str) -> bytes:
    return notification([booked(told(number)) for number in numbers], **more)


def _any(draw: Random, numbers: Sequence[int]) -> bytes:
    return draw.choice((_report, _notice))(numbers)


def _all(numbers: Sequence[int]) -> Reads:
    return Reads(tuple(paid(number) for number in numbers))


def twice(draw: Random) -> Drawn:
    """The same file again: the same results, by the same numbers."""
    while True:
        numbers = _some(draw)
        body = _any(draw, numbers)
        yield body, _all(numbers)
        yield body, _all(numbers)


def out_of_order(draw: Random) -> Drawn:
    """Entries in another order, a return before its payment: read in the order they stand."""
    while True:
        first, second = draw.sample(range(1, 900), 2)
        returned = booked(told(first, reason="MD06"), side="DBIT")
        body = notification([returned, booked(told(second)), booked(told(first))])
        back = paid(first)._replace(outcome="returned", reason="MD06")
        yield body, Reads((back, paid(second), paid(first)))
        numbers = sorted(_some(draw), reverse=True)
        yield _report(numbers), _all(numbers)


def truncated(draw: Random) -> Drawn:
    """Cut off anywhere before the end of the last element."""
    while True:
        body = _any(draw, _some(draw)).rstrip()
        cut = draw.randint(1, len(body) - 1)
        yield body[:cut], NOT_XML


def wrong_total(draw: Random) -> Drawn:
    """Another sum than that of its entries."""
    while True:
        entries = [told(number) for number in _some(draw)]
        off = draw.choice(("0.01", "999999.99", "0"))
        of_statuses = element(
            "NbOfTxsPerSts",
            element("DtldNbOfTxs", str(len(entries)))
            + element("DtldSts", "ACSC")
            + element("DtldCtrlSum", off),
        )
        yield status_report(entries, whole=off), Refused("OrgnlGrpInfAndSts/OrgnlCtrlSum")
        yield status_report(entries, per_status=of_statuses), Refused("NbOfTxsPerSts/DtldCtrlSum")
        for name in ("TtlNtries", "TtlCdtNtries"):
            summary = summary_of(len(entries), off, name=name)
            body = notification([booked(each) for each in entries], summary=summary)
            yield body, Refused(f"TxsSummry/{name}/Sum")


def wrong_count(draw: Random) -> Drawn:
    """Another number of entries than there are."""
    while True:
        entries = [told(number) for number in _some(draw)]
        fewer, more = len(entries) - 1, len(entries) + draw.randint(1, 9)
        lists = Refused(f"OrgnlGrpInfAndSts/OrgnlNbOfTxs (line 5): says {fewer}")
        yield status_report(entries, number=str(fewer), whole=""), lists
        failing = element("DtldNbOfTxs", str(more)) + element("DtldSts", "RJCT")
        per_status = element("NbOfTxsPerSts", failing)
        yield status_report(entries, per_status=per_status), Refused("NbOfTxsPerSts/DtldNbOfTxs")
        rows = [booked(each) for each in entries]
        for there in (fewer, more):
            body = notification(rows, summary=summary_of(there, total(entries)))
            yield body, Refused("TxsSummry/TtlNtries/NbOfNtries")
        yield notification(rows, summary=summary_of("some", 1)), Refused("not a count")
        yield notification(rows, summary=summary_of(len(rows), "much")), Refused("not a sum")


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


def entity_bombs(draw: Random) -> Drawn:
    """Entities of entities, in a text and in an attribute."""
    laughs = "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, draw.randint(5, 12))
    )
    while True:
        body = _any(draw, _some(draw))
        bomb = f'<!DOCTYPE Document [<!ENTITY l0 "ha">{laughs}]>'.encode()
        no_type = Refused("a document type or entities")
        yield body.replace(b"?>", b"?>" + bomb, 1).replace(b"CNY", b"&l4;"), no_type
        yield body.replace(b"?>", b"?>" + bomb, 1).replace(b"-1<", b"&l4;<"), no_type
        yield body.replace(b"<MsgId>", b"<MsgId>&unknown;", 1), NOT_XML


def outside_access(draw: Random) -> Drawn:
    """Files of ours and addresses of others, asked for by a DTD, an entity or an inclusion."""
    while True:
        body = _any(draw, _some(draw))
        target = draw.choice(("file:///etc/passwd", "http://127.0.0.1:9/x", "ftp://127.0.0.1:9/"))
        no_type = Refused("a document type or entities")
        for declared in (
            f'<!DOCTYPE Document [<!ENTITY x SYSTEM "{target}">]>',
            f'<!DOCTYPE Document SYSTEM "{target}">',
            f'<!doctype Document [<!ENTITY % x SYSTEM "{target}"> %x;]>',
        ):
            yield body.replace(b"?>", b"?>" + declared.encode(), 1), no_type
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{target}"/>'
        foreign = Refused("an element of another namespace")
        yield body.replace(b"<GrpHdr>", include.encode() + b"<GrpHdr>", 1), foreign


def wrong_encoding(draw: Random) -> Drawn:
    """Anything but UTF-8, or another name than what it is written in."""
    while True:
        numbers = _some(draw)
        body = _any(draw, numbers)
        named = body.replace(b"<MsgId>", "<Nm>王小满</Nm><MsgId>".encode(), 1)
        yield named.decode().encode("gbk"), Refused("not written in UTF-8")
        yield named.decode().encode("utf-16"), Refused("not written in UTF-8")
        yield (
            named.replace(b"UTF-8", draw.choice((b"GBK", b"UTF-16", b"cp037"))),
            Refused("not declared to be written in UTF-8"),
        )
        yield named.replace("小".encode(), b"\xe5\xb0"), Refused("not written in UTF-8")
        yield body.replace(b"UTF-8", b"ISO-8859-1"), Refused("not declared to be written in UTF-8")
        yield named, _all(numbers)
        yield body.replace(b"<MsgId>", b"<MsgId>\x00", 1), NOT_XML


def marked(draw: Random) -> Drawn:
    """A byte order mark of UTF-8, no declaration, or comments where nobody expects them: read all the same."""
    while True:
        numbers = _some(draw)
        body = _any(draw, numbers)
        yield b"\xef\xbb\xbf" + body, _all(numbers)
        yield body.partition(b"?>\n")[2], _all(numbers)
        yield body.replace(b"<GrpHdr>", b"<!-- a --><GrpHdr><?go on?>", 1), _all(numbers)
        yield body.replace(b">\n<", b">\r\n\t <"), _all(numbers)
        yield body.replace(b"UTF-8", b"utf-8"), _all(numbers)


def other_kinds(draw: Random) -> Drawn:
    """Files of another kind or version, and elements nobody asked for."""
    while True:
        numbers = _some(draw)
        body = _any(draw, numbers)
        neither = Refused("neither a status report nor a notification")
        for name in ("pain.008.001.02", "camt.053.001.08", "pain.002.001.02", "camt.054.001.99"):
            yield document(name, "<Message/>"), neither
        yield body.replace(SPACE.encode(), b"urn:somebody:"), neither
        yield body.replace(f' xmlns="{SPACE}'.encode(), b' id="', 1), Refused("without a namespace")
        foreign = b'<x:Note xmlns:x="urn:x">a</x:Note><GrpHdr>'
        yield body.replace(b"<GrpHdr>", foreign, 1), Refused("an element of another namespace")
        extra = b'<SplmtryData><Envlp><x:Note xmlns:x="urn:x">a</x:Note></Envlp></SplmtryData>'
        yield body.replace(b"<GrpHdr>", extra + b"<GrpHdr>", 1), _all(numbers)
        version = draw.choice((b"3", b"4", b"6", b"9"))
        yield _report(numbers, version=f"0{version.decode()}"), _all(numbers)
        wrong_way = document("camt.054.001.08", "<CstmrPmtStsRpt/>")
        yield wrong_way, Refused("Document/BkToCstmrDbtCdtNtfctn is missing")


def empty(draw: Random) -> Drawn:
    """Nothing, or nothing but a frame."""
    while True:
        space = draw.choice((b"", b" ", b"\n\n\t"))
        yield space, Refused("an empty file")
        yield b"\xef\xbb\xbf" + b"<" * draw.randint(1, 9), NOT_XML
        yield document("pain.002.001.10"), Refused("Document/CstmrPmtStsRpt is missing")
        yield document("camt.054.001.08", "<BkToCstmrDbtCdtNtfctn/>"), Refused("GrpHdr is missing")
        yield document("camt.054.001.08", "plain words"), Refused("is missing")
        yield status_report([]), Reads(())
        yield notification([]), Reads(())
        yield b"PK\x03\x04\xff" + draw.randbytes(40), Refused("not written in UTF-8")


def huge(draw: Random) -> Drawn:
    """Too many bytes, too deep, or a text without end."""
    while True:
        body = _any(draw, [1])
        for deep, expected in (
            (draw.randint(50, 200), Refused("more or deeper elements than a file has")),
            (draw.randint(300, 5000), NOT_XML),
        ):
            nested = b"<a>" * deep + b"</a>" * deep + b"<GrpHdr>"
            yield body.replace(b"<GrpHdr>", nested, 1), expected
        yield body.replace(b"<MsgId>", b"<MsgId>" + b"x" * 1_000_000, 1), Refused("GrpHdr/MsgId")


def duplicated(draw: Random) -> Drawn:
    """An entry stands there twice: it counts once, and a person is told."""
    again = "the same entry stands there before"
    while True:
        numbers = _some(draw)
        entries = [told(number) for number in (*numbers, numbers[0])]
        yield status_report(entries), Reads(_all(numbers).results, (again,))
        nameless = [each._replace(own=None) for each in entries]
        rows = [booked(each) for each in nameless]
        yield (
            notification(rows, summary=summary_of(len(rows), total(nameless))),
            Reads(_all(numbers).results, (again,)),
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
            ("XXX", "7.50", "unknown currency XXX"),
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
            body = _without(_report([good]), name)
            yield body, Refused(f"{name} is missing")
        yield _without(_notice([good]), "Ntfctn"), Refused("Ntfctn is missing")


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


KINDS: dict[str, tuple[Callable[[Random], Drawn], int]] = {
    "twice": (twice, 60),
    "out of order": (out_of_order, 60),
    "truncated": (truncated, 180),
    "wrong total": (wrong_total, 60),
    "wrong count": (wrong_count, 60),
    "unknown codes": (unknown_codes, 60),
    "contradicting": (contradicting, 50),
    "entity bombs": (entity_bombs, 45),
    "outside access": (outside_access, 44),
    "wrong encoding": (wrong_encoding, 49),
    "marked": (marked, 40),
    "other kinds": (other_kinds, 50),
    "empty": (empty, 32),
    "huge": (huge, 12),
    "duplicated": (duplicated, 40),
    "odd amounts": (odd_amounts, 78),
    "other currencies": (other_currencies, 28),
    "missing": (missing, 32),
    "not final": (not_final, 20),
}


def odd_files(seed: int = 1) -> Iterator[OddFile]:
    """Draw all of them, kind by kind; `COUNT` in all."""
    for kind, (drawing, count) in KINDS.items():
        for body, expected in islice(drawing(Random(f"{seed} {kind}")), count):
            yield OddFile(kind, body, expected)
