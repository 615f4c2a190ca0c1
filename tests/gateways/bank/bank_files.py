"""Files as a bank writes them: status reports and notifications, of as many entries as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

SPACE = "urn:iso:std:iso:20022:tech:xsd:"
DAY = "2027-03-04"


class Told(NamedTuple):
    """What a bank tells of one debit; None leaves an element out."""

    reference: str | None = "r-1"
    status: str | None = "ACSC"
    reason: str | None = None
    amount: str | None = "123.45"
    currency: str | None = "CNY"
    own: str | None = "own-1"
    day: str | None = DAY


def told(number: int, status: str = "ACSC", reason: str | None = None) -> Told:
    """One of many, with names and an amount of its own."""
    return Told(f"r-{number}", status, reason, f"{number}.{number % 100:02}", own=f"own-{number}")


def element(name: str, inside: str | None, **attributes: str | None) -> str:
    """One element, nothing where there is nothing inside."""
    if inside is None:
        return ""
    named = "".join(f' {key}="{value}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{named}>{inside}</{name}>"


def document(namespace: str, *parts: str) -> bytes:
    """A whole file, laid out in lines."""
    inside = "\n".join(parts)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}\n<Document xmlns="{SPACE}{namespace}">\n{inside}\n</Document>\n'.encode()


def total(entries: Sequence[Told]) -> str:
    """The sum of amounts as they are written."""
    return str(sum((Decimal(each.amount or "0") for each in entries), start=Decimal(0)))


def transaction(each: Told) -> str:
    """One transaction of a status report."""
    amount = element("Amt", element("InstdAmt", each.amount, Ccy=each.currency) or None)
    code = element("Cd", each.reason) or None
    return element(
        "TxInfAndSts",
        element("StsId", each.own)
        + element("OrgnlEndToEndId", each.reference)
        + element("TxSts", each.status)
        + element("StsRsnInf", element("Rsn", code) or None)
        + element("OrgnlTxRef", element("IntrBkSttlmDt", each.day) + amount or None),
    )


def status_report(
    entries: Sequence[Told],
    *,
    message_id: str | None = "STS-1",
    version: str = "10",
    number: str | None = None,
    whole: str | None = None,
    group: str | None = None,
    per_status: str = "",
    payment: str | None = None,
    made: str | None = "2027-03-05T08:00:00+08:00",
    more: str = "",
) -> bytes:
    """A status report; it says how many there were, and their sum, unless another is given ("" says none)."""
    count = str(len(entries)) if number is None else number
    whole = total(entries) if whole is None else whole
    return document(
        f"pain.002.001.{version}",
        "<CstmrPmtStsRpt>",
        "<GrpHdr>" + element("MsgId", message_id) + element("CreDtTm", made) + "</GrpHdr>",
        "<OrgnlGrpInfAndSts><OrgnlMsgId>DD-1</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.02</OrgnlMsgNmId>",
        element("OrgnlNbOfTxs", count or None) + element("OrgnlCtrlSum", whole or None),
        element("GrpSts", group) + per_status + "</OrgnlGrpInfAndSts>",
        "<OrgnlPmtInfAndSts><OrgnlPmtInfId>DD-1-1</OrgnlPmtInfId>" + element("PmtInfSts", payment),
        *[transaction(each) for each in entries],
        "</OrgnlPmtInfAndSts>" + more,
        "</CstmrPmtStsRpt>",
    )


def booked(each: Told, *, side: str = "CRDT", status: str = "BOOK", version: str = "08") -> str:
    """One entry of a notification with its transaction; a reason makes it a return."""
    amount = element("Amt", each.amount, Ccy=each.currency)
    returned = element("RtrInf", element("Rsn", element("Cd", each.reason) or None) or None)
    plain = int(version) < 8
    refs = element("AcctSvcrRef", each.own) + element("EndToEndId", each.reference)
    return element(
        "Ntry",
        amount
        + element("CdtDbtInd", side)
        + element("Sts", status if plain else element("Cd", status))
        + element("BookgDt", element("Dt", each.day) or None)
        + "<BkTxCd><Prtry><Cd>DD</Cd></Prtry></BkTxCd>"
        + element(
            "NtryDtls",
            element("TxDtls", element("Refs", refs or None) + returned),
        ),
    )


def notification(
    entries: Sequence[str],
    *,
    message_id: str | None = "NTF-1",
    version: str = "08",
    summary: str = "",
) -> bytes:
    """A notification of entries."""
    return document(
        f"camt.054.001.{version}",
        "<BkToCstmrDbtCdtNtfctn>",
        "<GrpHdr>"
        + element("MsgId", message_id)
        + "<CreDtTm>2027-03-05T08:00:00Z</CreDtTm></GrpHdr>",
        "<Ntfctn><Id>N-1</Id><CreDtTm>2027-03-05T08:00:00Z</CreDtTm>",
        "<Acct><Id><Othr><Id>6222000</Id></Othr></Id></Acct>",
        summary,
        *entries,
        "</Ntfctn>",
        "</BkToCstmrDbtCdtNtfctn>",
    )


def summary_of(number: object, whole: object, *, name: str = "TtlNtries") -> str:
    """What a notification says of its entries."""
    inside = element("NbOfNtries", str(number)) + element("Sum", str(whole))
    return element("TxsSummry", element(name, inside))
