"""A status report: what groups say for their debits, what must be listed, and what is a person's."""

from __future__ import annotations

from datetime import date

import pytest
from tests.gateways.bank.bank_files import (
    Told,
    element,
    status_report,
    told,
    transaction,
)
from tests.gateways.bank.reading import refusal, why

from whiteslip.gateways.bank.files import reader
from whiteslip.gateways.bank.model import Outcome


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
