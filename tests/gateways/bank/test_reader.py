"""What is read from status reports and notifications, what is kept for a person, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.bank.bank_files import (
    DAY,
    Told,
    booked,
    document,
    element,
    notification,
    status_report,
    told,
    transaction,
)

from whiteslip.gateways.bank.files import reader, trees
from whiteslip.gateways.bank.files.model import FileRead, Kind, Unread
from whiteslip.gateways.bank.model import Outcome, Result
from whiteslip.kernel.errors import InvalidInput

PAID = Result("", "r-1", Outcome.PAID, 101, "CNY", None, date(2027, 3, 4))
Written = Callable[[Sequence[Told]], bytes]


def as_notification(entries: Sequence[Told]) -> bytes:
    """The same as entries that were booked."""
    return notification([booked(each) for each in entries])


def why(read: FileRead) -> list[str]:
    """Why entries are kept."""
    return [each.why for each in read.unread]


def refusal(body: bytes) -> InvalidInput:
    """Why a file is refused."""
    with pytest.raises(InvalidInput) as refused:
        reader.read(body)
    return refused.value


def test_a_status_report_is_read() -> None:
    body = status_report([told(1), told(2, "RJCT", "AM04"), told(3, "ACCC"), told(4, "PDNG")])

    assert reader.read(body) == FileRead(
        "STS-1",
        Kind.STATUS,
        (
            PAID._replace(result_id="pain.002/STS-1/own-1/r-1/paid"),
            Result(
                "pain.002/STS-1/own-2/r-2/failed",
                "r-2",
                Outcome.FAILED,
                202,
                "CNY",
                "AM04",
                date(2027, 3, 4),
            ),
            PAID._replace(
                result_id="pain.002/STS-1/own-3/r-3/paid", reference="r-3", amount_minor=303
            ),
        ),
        (),
        1,
    )


def test_a_notification_is_read() -> None:
    body = notification(
        [
            booked(told(1)),
            booked(told(2, reason="MD06"), side="DBIT"),
            booked(told(3), status="PDNG"),
        ]
    )

    assert reader.read(body) == FileRead(
        "NTF-1",
        Kind.NOTIFICATION,
        (
            PAID._replace(result_id="camt.054/NTF-1/own-1/r-1/paid"),
            Result(
                "camt.054/NTF-1/own-2/r-2/returned",
                "r-2",
                Outcome.RETURNED,
                202,
                "CNY",
                "MD06",
                date(2027, 3, 4),
            ),
        ),
        (),
        1,
    )


@pytest.mark.parametrize("number", range(3, 13))
def test_every_version_of_a_status_report_is_read(number: int) -> None:
    assert len(reader.read(status_report([told(1)], version=f"{number:02}")).results) == 1


@pytest.mark.parametrize("number", range(2, 13))
def test_every_version_of_a_notification_is_read(number: int) -> None:
    version = f"{number:02}"

    body = notification([booked(told(1), version=version)], version=version)
    assert len(reader.read(body).results) == 1


def test_what_is_kept_says_where_why_what_and_how_much() -> None:
    odd = Told("r-9", "XXXX", amount="5.00", own=None)
    (unread,) = reader.read(status_report([told(1), odd])).unread

    assert unread == Unread(
        "OrgnlPmtInfAndSts[1]/TxInfAndSts[2] (line 10)",
        "unknown status XXXX",
        "TxInfAndSts(OrgnlEndToEndId(r-9) TxSts(XXXX)"
        " OrgnlTxRef(IntrBkSttlmDt(2027-03-04) Amt(InstdAmt(@Ccy=CNY 5.00))))",
        500,
    )
    (booking,) = reader.read(notification([booked(told(1), side="DBIT")])).unread
    assert booking.where == "Ntfctn[1]/Ntry[1]/NtryDtls[1]/TxDtls[1] (line 8)"
    assert booking.amount_minor == 101
    assert "EndToEndId(r-1)" in booking.raw
    assert "Amt(@Ccy=CNY 1.01)" in booking.raw
    long = reader.read(status_report([odd._replace(own="o" * 5000)]))
    assert len(long.unread[0].raw) == 400


@pytest.mark.parametrize("write", [status_report, as_notification])
def test_without_a_reference_of_the_banks_the_contents_name_a_result(write: Written) -> None:
    one = Told("r-1", own=None)
    first, other = (reader.read(write([each])) for each in (one, one._replace(amount="1.00")))
    again = reader.read(write([told(5), one]))

    assert first.results[0].result_id == again.results[1].result_id
    assert first.results[0].result_id != other.results[0].result_id
    assert len(first.results[0].result_id.split("/")[2]) == 24


@pytest.mark.parametrize("write", [status_report, as_notification])
def test_layout_does_not_change_a_name_and_a_message_does(write: Written) -> None:
    one = Told("r-1", own=None)
    body = write([one])
    same = reader.read(body.replace(b"><", b">\n  <")).results
    other = reader.read(body.replace(b"-1</MsgId>", b"-2</MsgId>")).results

    assert same == reader.read(body).results
    assert other[0].result_id != same[0].result_id


def test_parts_of_a_name_cannot_be_confused() -> None:
    one = status_report([Told("b/c", own="a")])
    other = status_report([Told("c", own="a/b")])

    assert reader.read(one).results[0].result_id != reader.read(other).results[0].result_id


def test_what_an_entry_does_not_say_its_group_says() -> None:
    silent = [Told("r-1", None), Told("r-2", None, own="own-2")]
    why_all = "<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
    payment = reader.read(
        status_report(silent, payment="RJCT").replace(
            b"RJCT</PmtInfSts>", f"RJCT</PmtInfSts>{why_all}".encode()
        )
    )
    whole = reader.read(status_report(silent, group="RJCT", per_status=why_all))
    pending = reader.read(status_report(silent, group="ACSP"))

    for read in (payment, whole):
        assert [(each.outcome, each.reason) for each in read.results] == [
            (Outcome.FAILED, "FF01")
        ] * 2
    assert (pending.results, pending.pending) == ((), 2)


def test_a_reason_of_a_group_that_did_not_fail_is_nobodys() -> None:
    why_all = "<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"

    read = reader.read(status_report([told(1, "RJCT")], group="PART", per_status=why_all))
    assert why(read) == ["failed, and no reason"]


def test_several_reasons_are_a_persons_and_a_banks_own_code_is_read() -> None:
    two = b"<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf><StsRsnInf><Rsn><Cd>MD01</Cd></Rsn></StsRsnInf>"
    body = status_report([told(1, "RJCT", "AM04")])
    one = two[: len(two) // 2]

    assert why(reader.read(body.replace(one, two))) == ["several reasons"]
    assert reader.read(body.replace(one, one + one)).results[0].reason == "AM04"
    own = body.replace(b"<Cd>AM04</Cd>", b"<Prtry>OWN 7</Prtry>")
    assert reader.read(own).results[0].reason == "OWN 7"


@pytest.mark.parametrize("status", ["RJCT", "ACSC", "XXXX"])
def test_what_is_said_of_debits_that_are_not_listed_is_a_persons(status: str) -> None:
    whole = reader.read(status_report([], number="3", whole="6.00", group=status))
    part = reader.read(status_report([], number="3", whole="6.00", payment=status))

    assert why(whole)[-1] == f"{status} for all its debits, and none is listed"
    assert why(part) == [f"{status} for all its debits, and none is listed"]
    assert whole.results == part.results == ()


def counted(status: str, number: int, whole: str | None = None) -> str:
    """How many are of a status."""
    return element(
        "NbOfTxsPerSts",
        element("DtldNbOfTxs", str(number))
        + element("DtldSts", status)
        + element("DtldCtrlSum", whole),
    )


def test_a_report_need_not_list_what_is_not_final_and_lists_what_failed() -> None:
    failing = [told(1, "RJCT", "AM04"), told(2, "RJCT", "MD01")]
    good = status_report(
        failing,
        number="9",
        whole="99.00",
        per_status=counted("RJCT", 2, "3.03") + counted("ACSP", 7),
    )
    paid = status_report(failing, number="9", whole="99.00", per_status=counted("ACSC", 7))

    assert (len(reader.read(good).results), why(reader.read(good))) == (2, [])
    assert why(reader.read(paid)) == ["7 are ACSC, and none of them is listed"]
    for per_status in (counted("RJCT", 3), counted("RJCT", 2, "3.02"), counted("RJCT", 2) * 2):
        assert "NbOfTxsPerSts" in str(refusal(status_report(failing, per_status=per_status)))


def test_more_is_listed_than_there_was() -> None:
    failing = [told(1, "RJCT", "AM04"), told(2, "RJCT", "MD01")]

    assert "says 3.02 and lists 3.03" in str(
        refusal(status_report(failing, number="9", whole="3.02"))
    )
    assert "says 1 and lists 2" in str(refusal(status_report(failing, number="1", whole="")))


def batch(entries: Sequence[Told], amount: str, inside: str = "", **more: str) -> str:
    """One entry with many transactions that tell their own amounts."""
    sides = more.get("sides", "").split(",")
    listed = "".join(
        element(
            "TxDtls",
            element(
                "Refs", element("AcctSvcrRef", each.own) + element("EndToEndId", each.reference)
            )
            + element("Amt", each.amount, Ccy=each.currency)
            + element("CdtDbtInd", sides[place] if place < len(sides) and sides[place] else None),
        )
        for place, each in enumerate(entries)
    )
    return element(
        "Ntry",
        element("Amt", amount, Ccy="CNY")
        + "<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
        + element("BookgDt", element("DtTm", f"{DAY}T23:59:00+08:00"))
        + more.get("charges", "")
        + element("NtryDtls", inside + listed),
    )


def test_a_batch_is_read_transaction_by_transaction() -> None:
    inside = "<Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy='CNY'>3.03</TtlAmt></Btch>"
    read = reader.read(notification([batch([told(1), told(2)], "3.03", inside)]))

    assert [(each.reference, each.amount_minor) for each in read.results] == [
        ("r-1", 101),
        ("r-2", 202),
    ]
    assert read.results[0].booked_on == date(2027, 3, 4)


@pytest.mark.parametrize(
    ("inside", "amount", "where"),
    [
        ("<Btch><NbOfTxs>3</NbOfTxs></Btch>", "3.03", "Btch/NbOfTxs"),
        ("<Btch><TtlAmt Ccy='CNY'>3.00</TtlAmt></Btch>", "3.03", "Btch/TtlAmt"),
        ("", "3.04", "Ntry/Amt"),
    ],
)
def test_a_batch_that_is_not_what_it_says_refuses_the_file(
    inside: str, amount: str, where: str
) -> None:
    body = notification([booked(told(9)), batch([told(1), told(2)], amount, inside)])

    assert refusal(body).where is not None
    assert where in str(refusal(body).where)


def test_a_batch_of_both_sides_or_with_charges() -> None:
    both = batch([told(3), told(1)], "2.02", sides="CRDT,DBIT")
    charged = batch(
        [told(1), told(2)],
        "3.00",
        charges="<Chrgs><TtlChrgsAndTaxAmt>0.03</TtlChrgsAndTaxAmt></Chrgs>",
    )

    assert why(reader.read(notification([both]))) == ["a debit that returns nothing of ours"]
    assert len(reader.read(notification([charged])).results) == 2


def test_booked_without_transactions_is_a_persons() -> None:
    entry = booked(told(1))
    begin, end = entry.index("<NtryDtls>"), entry.index("</Ntry>")
    read = reader.read(notification([entry[:begin] + entry[end:], booked(told(2))]))

    assert why(read) == ["booked, and no transaction is told"]
    assert read.unread[0].amount_minor == 101
    assert [each.reference for each in read.results] == ["r-2"]


def test_net_sums_are_matched_too() -> None:
    rows = [booked(told(1)), booked(told(3, reason="MD06"), side="DBIT")]
    old = "<TtlNetNtryAmt>{}</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd>"
    new = "<TtlNetNtry><Amt>{}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry>"

    for text in (old, new):
        said = f"<TxsSummry><TtlNtries>{text}</TtlNtries></TxsSummry>"
        assert len(reader.read(notification(rows, summary=said.format("2.02"))).results) == 2
        assert "TtlNetNtry" in str(refusal(notification(rows, summary=said.format("4.04"))))


def test_a_return_says_why_and_a_reversal_without_a_reason_is_a_persons() -> None:
    row = booked(told(1), side="DBIT").replace("<BookgDt>", "<RvslInd>true</RvslInd><BookgDt>")

    assert why(reader.read(notification([row]))) == ["returned, and no reason"]
    credit = booked(told(1)).replace("<BookgDt>", "<RvslInd>1</RvslInd><BookgDt>")
    assert why(reader.read(notification([credit]))) == ["a credit that is itself a return"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2027-03-04", date(2027, 3, 4)),
        ("2027-03-04Z", date(2027, 3, 4)),
        ("2027-03-04+08:00", date(2027, 3, 4)),
        ("2028-02-29", date(2028, 2, 29)),
        ("2027-02-29", None),
        ("2027-3-4", None),
        ("04.03.2027", None),
        ("1999-12-31", None),
        ("2200-01-01", None),
        ("２０２７-03-04", None),
    ],
)
def test_a_day_is_read_as_it_is_written(written: str, day: date | None) -> None:
    read = reader.read(as_notification([told(1)._replace(day=written)]))

    assert [each.booked_on for each in read.results] == ([day] if day else [])
    assert len(read.unread) == (0 if day else 1)


def test_a_status_counts_from_its_own_day_else_from_the_reports() -> None:
    silent = told(1)._replace(day=None)
    accepted = transaction(silent).replace(
        "<OrgnlTxRef>", "<AccptncDtTm>2027-03-03T23:00:00Z</AccptncDtTm><OrgnlTxRef>"
    )
    body = status_report([silent])

    assert reader.read(body).results[0].booked_on == date(2027, 3, 5)
    own = body.replace(transaction(silent).encode(), accepted.encode())
    assert reader.read(own).results[0].booked_on == date(2027, 3, 3)
    assert why(reader.read(status_report([silent], made=None))) == ["no day it counts from"]


@pytest.mark.parametrize("name", ["TxSts", "OrgnlEndToEndId", "InstdAmt"])
def test_an_element_that_stands_there_twice_is_a_doubt_or_a_refusal(name: str) -> None:
    body = status_report([told(1), told(2)], whole="")
    begin = body.index(f"<{name}".encode())
    end = body.index(f"</{name}>".encode()) + len(name) + 3
    doubled = body[:end] + body[begin:end] + body[end:]

    if name == "TxSts":
        assert "TxSts stands there 2 times" in str(refusal(doubled))
    else:
        read = reader.read(doubled)
        assert [each.reference for each in read.results] == ["r-2"]
        assert "stands there 2 times" in why(read)[0]


@pytest.mark.parametrize("write", [status_report, as_notification])
def test_cut_off_at_every_place_a_file_is_refused(write: Written) -> None:
    body = write([told(1), told(2)]).rstrip()
    assert len(reader.read(body).results) == 2

    for length in range(len(body)):
        with pytest.raises(InvalidInput):
            reader.read(body[:length])


def test_a_refusal_names_the_line_or_the_place() -> None:
    cut = refusal(status_report([told(1), told(2)])[:-40])
    summed = refusal(status_report([told(1)], whole="9"))
    declared = refusal(status_report([told(1)]).replace(b"<GrpHdr>", b"<!ENTITY><GrpHdr>"))

    assert (cut.where or "").startswith("line 1")
    assert summed.where == "OrgnlGrpInfAndSts/OrgnlCtrlSum (line 5)"
    assert str(summed) == "OrgnlGrpInfAndSts/OrgnlCtrlSum (line 5): says 9 and lists 1.01"
    assert declared.where == "line 4"


def test_too_large_and_too_many() -> None:
    pad = b"<!--" + b"x" * (trees.LARGEST + 1) + b"-->"
    many = document("camt.054.001.08", "<a/>" * (trees.MOST_ELEMENTS + 1))

    assert "more than" in str(refusal(pad))
    assert "more or deeper elements" in str(refusal(many))


def test_a_text_without_end_and_an_inclusion_are_refused() -> None:
    body = status_report([told(1)])
    long = body.replace(b"<MsgId>", b"<MsgId>" + b"x" * (11 * 1024 * 1024), 1)

    assert refusal(long).where is not None
    mixed = body.replace(b"<GrpHdr>", b"words<GrpHdr>", 1)
    assert "text between elements" in str(refusal(mixed))


def test_thousands_of_entries_are_read_in_a_moment() -> None:
    entries = [told(number) for number in range(1, 5001)]

    assert len(reader.read(status_report(entries)).results) == 5000
    assert len(reader.read(as_notification(entries)).results) == 5000


ENTRIES = st.lists(
    st.builds(
        Told,
        reference=st.from_regex(r"[A-Za-z0-9._:/+-]{1,35}", fullmatch=True),
        status=st.sampled_from(["ACSC", "RJCT", "PDNG"]),
        reason=st.just("MS03"),
        amount=st.decimals("0.01", "9999999999999.99", places=2).map(str),
        currency=st.just("CNY"),
        own=st.none() | st.from_regex(r"[A-Z0-9]{1,35}", fullmatch=True),
        day=st.dates(date(2000, 1, 1), date(2199, 12, 31)).map(str),
    ),
    max_size=8,
    unique_by=lambda each: each.reference,
)


@given(entries=ENTRIES)
def test_what_a_bank_writes_is_read_as_it_was_meant(entries: list[Told]) -> None:
    read = reader.read(status_report(entries))

    meant = [
        (
            each.reference,
            {"ACSC": "paid", "RJCT": "failed"}[each.status or ""],
            each.amount,
            each.day,
        )
        for each in entries
        if each.status != "PDNG"
    ]
    assert [
        (
            each.reference,
            each.outcome.value,
            f"{each.amount_minor // 100}.{each.amount_minor % 100:02}",
            each.booked_on.isoformat(),
        )
        for each in read.results
    ] == meant
    assert read.pending == len(entries) - len(meant)
    assert (read.unread, reader.read(status_report(entries))) == ((), read)


@given(entries=ENTRIES, cut=st.integers(1, 200), at=st.integers(0, 9999), byte=st.integers(0, 255))
def test_whatever_is_done_to_a_file_it_is_read_or_refused(
    entries: list[Told], cut: int, at: int, byte: int
) -> None:
    body = bytearray(as_notification(entries).rstrip())
    body[at % len(body)] = byte

    for hurt in (bytes(body), bytes(body[:-cut]), bytes(body[cut:])):
        with suppress(InvalidInput):
            assert isinstance(reader.read(hurt), FileRead)
