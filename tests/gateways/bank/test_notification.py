"""A notification: entries of one or many transactions, their sums, and returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from tests.gateways.bank.bank_files import (
    DAY,
    Told,
    booked,
    element,
    notification,
    told,
)
from tests.gateways.bank.reading import refusal, why

from whiteslip.gateways.bank.files import reader


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


def test_an_amount_of_several_is_nobodys_alone() -> None:
    read = reader.read(notification([batch([told(1)._replace(amount=None)] * 2, "3.03")]))

    assert why(read) == ["no amount", "no amount"]
    assert {each.amount_minor for each in read.unread} == {None}


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
