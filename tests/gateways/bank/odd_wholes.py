"""Files that are odd as a whole: cut off, of another kind or encoding, with bombs, or not what they say they are."""

from __future__ import annotations

from random import Random

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
from tests.gateways.bank.odd_model import (
    NOT_XML,
    Drawn,
    Reads,
    Refused,
    all_of,
    either,
    report,
    some,
)


def twice(draw: Random) -> Drawn:
    """The same file again: the same results, by the same numbers."""
    while True:
        numbers = some(draw)
        body = either(draw, numbers)
        yield body, all_of(numbers)
        yield body, all_of(numbers)


def truncated(draw: Random) -> Drawn:
    """Cut off anywhere before the end of the last element."""
    while True:
        body = either(draw, some(draw)).rstrip()
        cut = draw.randint(1, len(body) - 1)
        yield body[:cut], NOT_XML


def wrong_total(draw: Random) -> Drawn:
    """Another sum than that of its entries."""
    while True:
        entries = [told(number) for number in some(draw)]
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
        entries = [told(number) for number in some(draw)]
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


def entity_bombs(draw: Random) -> Drawn:
    """Entities of entities, in a text and in an attribute."""
    laughs = "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, draw.randint(5, 12))
    )
    while True:
        body = either(draw, some(draw))
        bomb = f'<!DOCTYPE Document [<!ENTITY l0 "ha">{laughs}]>'.encode()
        no_type = Refused("a document type or entities")
        yield body.replace(b"?>", b"?>" + bomb, 1).replace(b"CNY", b"&l4;"), no_type
        yield body.replace(b"?>", b"?>" + bomb, 1).replace(b"-1<", b"&l4;<"), no_type
        yield body.replace(b"<MsgId>", b"<MsgId>&unknown;", 1), NOT_XML


def outside_access(draw: Random) -> Drawn:
    """Files of ours and addresses of others, asked for by a DTD, an entity or an inclusion."""
    while True:
        body = either(draw, some(draw))
        target = draw.choice(("file:///etc/passwd", "http://127.0.0.1:9/x", "ftp://127.0.0.1:9/"))
        no_type = Refused("a document type or entities")
        for declared in (
            f'<!DOCTYPE Document [<!ENTITY x SYSTEM "{target}">]>',
            f'<!DOCTYPE Document SYSTEM "{target}">',
            f'<!DOCTYPE Document [<!ENTITY % x SYSTEM "{target}"> %x;]>',
        ):
            yield body.replace(b"?>", b"?>" + declared.encode(), 1), no_type
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{target}"/>'
        foreign = Refused("an element of another namespace")
        yield body.replace(b"<GrpHdr>", include.encode() + b"<GrpHdr>", 1), foreign


def wrong_encoding(draw: Random) -> Drawn:
    """Anything but UTF-8, or another name than what it is written in."""
    while True:
        numbers = some(draw)
        body = either(draw, numbers)
        named = body.replace(b"<MsgId>", "<Nm>王小满</Nm><MsgId>".encode(), 1)
        yield named.decode().encode("gbk"), Refused("not written in UTF-8")
        yield named.decode().encode("utf-16"), Refused("not written in UTF-8")
        yield (
            named.replace(b"UTF-8", draw.choice((b"GBK", b"UTF-16", b"cp037"))),
            Refused("not declared to be written in UTF-8"),
        )
        yield named.replace("小".encode(), b"\xe5\xb0"), Refused("not written in UTF-8")
        yield body.replace(b"UTF-8", b"ISO-8859-1"), Refused("not declared to be written in UTF-8")
        yield named, all_of(numbers)
        yield body.replace(b"<MsgId>", b"<MsgId>\x00", 1), NOT_XML


def marked(draw: Random) -> Drawn:
    """A byte order mark of UTF-8, no declaration, or comments where nobody expects them: read all the same."""
    while True:
        numbers = some(draw)
        body = either(draw, numbers)
        yield b"\xef\xbb\xbf" + body, all_of(numbers)
        yield body.partition(b"?>\n")[2], all_of(numbers)
        yield body.replace(b"<GrpHdr>", b"<!-- a --><GrpHdr><?go on?>", 1), all_of(numbers)
        yield body.replace(b">\n<", b">\r\n\t <"), all_of(numbers)
        yield body.replace(b"UTF-8", b"utf-8"), all_of(numbers)


def other_kinds(draw: Random) -> Drawn:
    """Files of another kind or version, and elements nobody asked for."""
    while True:
        numbers = some(draw)
        body = either(draw, numbers)
        neither = Refused("neither a status report nor a notification")
        for name in ("pain.008.001.02", "camt.053.001.08", "pain.002.001.02", "camt.054.001.99"):
            yield document(name, "<Message/>"), neither
        yield body.replace(SPACE.encode(), b"urn:somebody:"), neither
        yield body.replace(f' xmlns="{SPACE}'.encode(), b' id="', 1), Refused("without a namespace")
        foreign = b'<x:Note xmlns:x="urn:x">a</x:Note><GrpHdr>'
        yield body.replace(b"<GrpHdr>", foreign, 1), Refused("an element of another namespace")
        extra = b'<SplmtryData><Envlp><x:Note xmlns:x="urn:x">a</x:Note></Envlp></SplmtryData>'
        yield body.replace(b"<GrpHdr>", extra + b"<GrpHdr>", 1), all_of(numbers)
        version = draw.choice((b"3", b"4", b"6", b"9"))
        yield report(numbers, version=f"0{version.decode()}"), all_of(numbers)
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
        body = either(draw, [1])
        for deep, expected in (
            (draw.randint(50, 200), Refused("more or deeper elements than a file has")),
            (draw.randint(300, 5000), NOT_XML),
        ):
            nested = b"<a>" * deep + b"</a>" * deep + b"<GrpHdr>"
            yield body.replace(b"<GrpHdr>", nested, 1), expected
        yield body.replace(b"<MsgId>", b"<MsgId>" + b"x" * 1_000_000, 1), Refused("GrpHdr/MsgId")
