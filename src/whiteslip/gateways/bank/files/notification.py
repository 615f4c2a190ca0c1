"""A notification, camt.054: what was booked on our account, credits that are debits paid, and returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from whiteslip.gateways.bank.files import gathering, totals
from whiteslip.gateways.bank.files.gathering import Entry, Found, Gathering
from whiteslip.gateways.bank.files.trees import Doubt, Element, refused
from whiteslip.gateways.bank.model import Outcome

_BOOKED: Final = "BOOK"
_NOT_YET: Final = frozenset({"PDNG", "INFO", "FUTR"})
_CREDIT: Final = "CRDT"
_DEBIT: Final = "DBIT"


def read(message: Element, gather: Gathering) -> None:
    """Read all notifications of a message."""
    notifications = tuple(message.all("Ntfctn"))
    if not notifications:
        raise refused("Ntfctn is missing", message.line, message.name)
    for notification in notifications:
        _check(notification)
    for place, notification in enumerate(notifications, start=1):
        for number, entry in enumerate(notification.all("Ntry"), start=1):
            _read_entry(entry, f"Ntfctn[{place}]/Ntry[{number}]", gather)


def _read_entry(entry: Element, where: str, gather: Gathering) -> None:
    transactions = [
        (f"{where}/NtryDtls[{place}]/TxDtls[{number}]", each)
        for place, details in enumerate(entry.all("NtryDtls"), start=1)
        for number, each in enumerate(details.all("TxDtls"), start=1)
    ]
    if not transactions:
        gather.read(Entry(where, entry, totals.told(entry, "Amt")), _without_transactions)
        return
    shared = " ".join(child.flat() for child in entry.children if child.name != "NtryDtls")
    for place, each in transactions:
        own = _own_amount(each)
        about = totals.told(entry, "Amt") if own is None and len(transactions) == 1 else own
        gather.read(Entry(place, each, about, shared), lambda told: _understand(told, entry))


def _without_transactions(entry: Entry) -> Found | None:
    if _status(entry.element) in _NOT_YET:
        return None
    raise Doubt("booked, and no transaction is told")


def _understand(told: Entry, entry: Element) -> Found | None:
    """Say what one transaction of an entry means; what it does not say itself is said of its entry."""
    status = _status(entry)
    if status in _NOT_YET:
        return None
    if status != _BOOKED:
        raise Doubt(f"unknown status {(status or 'none')[:8]}")
    outcome, reason = _outcome(told.element, entry)
    reference = gathering.reference(told.element.said("Refs/EndToEndId"))
    if told.about is None:
        raise Doubt("no amount")
    amount_minor, currency = gathering.amount(told.about)
    booked = next((said for path in _DAYS if (said := entry.said(path)) is not None), None)
    return Found(
        gathering.own(told.element.said("Refs/AcctSvcrRef")),
        reference,
        outcome,
        amount_minor,
        currency,
        reason,
        gathering.day(booked),
    )


_DAYS: Final = ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")


def _status(entry: Element) -> str | None:
    """Read the status: a code by itself in old versions, in an element of its own since."""
    return entry.said("Sts") or entry.said("Sts/Cd") or entry.said("Sts/Prtry")


def _outcome(transaction: Element, entry: Element) -> tuple[Outcome, str | None]:
    """Tell a payment from a return; money that goes another way is for a person."""
    side = transaction.said("CdtDbtInd") or entry.said("CdtDbtInd")
    returned = transaction.one("RtrInf")
    is_reversed = entry.said("RvslInd") in {"true", "1"}
    if side == _CREDIT:
        if returned is not None or is_reversed:
            raise Doubt("a credit that is itself a return")
        return Outcome.PAID, None
    if side != _DEBIT:
        raise Doubt("neither credit nor debit")
    if returned is None and not is_reversed:
        raise Doubt("a debit that returns nothing of ours")
    reason = None if returned is None else gathering.code(returned)
    if reason is None:
        raise Doubt("returned, and no reason")
    return Outcome.RETURNED, reason


def _check(notification: Element) -> None:
    """Refuse a notification whose entries are not as many, or not as much, as it says."""
    entries = tuple(notification.all("Ntry"))
    incoming = [entry for entry in entries if _side(entry) == _CREDIT]
    outgoing = [entry for entry in entries if _side(entry) == _DEBIT]
    summary = totals.told(notification, "TxsSummry")
    if summary is not None:
        for name, those in (
            ("TtlNtries", entries),
            ("TtlCdtNtries", incoming),
            ("TtlDbtNtries", outgoing),
        ):
            totals.match_count(summary, f"{name}/NbOfNtries", len(those))
            totals.match_sum(summary, f"{name}/Sum", _sum(those))
        _check_net(summary, _sum(incoming), _sum(outgoing))
    for entry in entries:
        _check_batches(entry)


def _check_net(summary: Element, incoming: Decimal | None, outgoing: Decimal | None) -> None:
    net = None if incoming is None or outgoing is None else incoming - outgoing
    for path, side in (
        ("TtlNtries/TtlNetNtryAmt", "TtlNtries/CdtDbtInd"),
        ("TtlNtries/TtlNetNtry/Amt", "TtlNtries/TtlNetNtry/CdtDbtInd"),
    ):
        told = totals.told(summary, side)
        is_debit = told is not None and told.text == _DEBIT
        totals.match_sum(summary, path, -net if net is not None and is_debit else net)


def _check_batches(entry: Element) -> None:
    """Refuse an entry that lists some of its transactions, or others than make up its amount."""
    everything: list[Element] = []
    for details in entry.all("NtryDtls"):
        listed = tuple(details.all("TxDtls"))
        everything += listed
        batch = totals.told(details, "Btch")
        if listed and batch is not None:
            totals.match_count(batch, "NbOfTxs", len(listed))
            _check_parts(batch, "TtlAmt", listed, _side(batch) or _side(entry))
    if len(everything) > 1 and not _has_charges(entry, everything):
        _check_parts(entry, "Amt", everything, _side(entry))


def _check_parts(whole: Element, path: str, listed: Sequence[Element], side: str | None) -> None:
    """Compare a sum with its transactions' own amounts, those of the other side against it, where all are told."""
    told = totals.told(whole, path)
    own = [_own_amount(each) for each in listed]
    currencies = {each.attributes.get("Ccy") for each in (told, *own) if each is not None}
    if None in own or len(currencies) > 1:
        return
    against = [
        amount for amount, each in zip(own, listed, strict=True) if _side(each) not in {None, side}
    ]
    there, back = totals.sum_of(own), totals.sum_of(against)
    totals.match_sum(whole, path, None if there is None or back is None else there - 2 * back)


def _has_charges(entry: Element, listed: Iterable[Element]) -> bool:
    return any(any(each.all("Chrgs")) for each in (entry, *listed))


def _own_amount(transaction: Element) -> Element | None:
    own = totals.told(transaction, "Amt")
    return totals.told(transaction, "AmtDtls/TxAmt/Amt") if own is None else own


def _side(entry: Element) -> str | None:
    found = totals.told(entry, "CdtDbtInd")
    return None if found is None else found.text


def _sum(entries: Iterable[Element]) -> Decimal | None:
    return totals.sum_of(totals.told(entry, "Amt") for entry in entries)
