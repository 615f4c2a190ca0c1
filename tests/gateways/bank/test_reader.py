"""What is read from status reports and notifications, what is kept for a person, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.bank.bank_files import (
    Told,
    booked,
    document,
    notification,
    status_report,
    told,
)
from tests.gateways.bank.reading import as_notification, refusal

from whiteslip.gateways.bank.files import reader, trees
from whiteslip.gateways.bank.files.model import FileRead, Kind, Unread
from whiteslip.gateways.bank.model import Outcome, Result
from whiteslip.kernel.errors import InvalidInput

PAID = Result("", "r-1", Outcome.PAID, 101, "CNY", None, date(2027, 3, 4))
Written = Callable[[Sequence[Told]], bytes]


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
