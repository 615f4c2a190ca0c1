"""A status report, pain.002: what became of debits that were handed in as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.gateways.bank.files import gathering, totals
from whiteslip.gateways.bank.files.gathering import Entry, Found, Gathering
from whiteslip.gateways.bank.files.trees import Doubt, Element, refused
from whiteslip.gateways.bank.model import Outcome

FINAL: Mapping[str, Outcome] = MappingProxyType(
    {"ACSC": Outcome.PAID, "ACCC": Outcome.PAID, "RJCT": Outcome.FAILED}
)
NOT_YET: Final = frozenset(
    {"ACSP", "PDNG", "RCVD", "ACTC", "ACCP", "ACFC", "ACWC", "ACWP", "PATC", "PRES"}
)
_PARTLY: Final = frozenset({"PART", None})


class _Level(NamedTuple):
    """What is said of all transactions of a group at once."""

    status: str | None
    reason: str | None


class _Listed(NamedTuple):
    """A transaction, what is said of it and then of its groups, and the status that counts."""

    entry: Entry
    levels: tuple[_Level, ...]
    status: str | None


def read(report: Element, gather: Gathering, reported_on: str | None) -> None:
    """Read a whole report; its date is that of what has no date of its own."""
    original = totals.told(report, "OrgnlGrpInfAndSts")
    if original is None:
        raise refused("OrgnlGrpInfAndSts is missing", report.line, report.name)
    above = _level(original, "GrpSts")
    groups = [
        (group, f"OrgnlPmtInfAndSts[{place}]", _listed(group, f"OrgnlPmtInfAndSts[{place}]", above))
        for place, group in enumerate(report.all("OrgnlPmtInfAndSts"), start=1)
    ]
    listed = [each for _, _, those in groups for each in those]
    is_whole = all(those for _, _, those in groups)
    _check(original, listed, is_whole=is_whole and above.status != "RJCT")
    for group, _, those in groups:
        _check(group, those, is_whole=_text(group, "PmtInfSts") != "RJCT")
    for each in listed:
        gather.read(each.entry, lambda _, each=each: _understand(each, reported_on))
    kept = [
        _keep_unlisted(group, "PmtInfSts", those, Entry(where, group), gather)
        for group, where, those in groups
    ]
    if not any(kept):
        _keep_unlisted(original, "GrpSts", listed, Entry(original.name, original), gather)


def _listed(group: Element, where: str, above: _Level) -> list[_Listed]:
    groups = (_level(group, "PmtInfSts"), above)
    listed: list[_Listed] = []
    for number, element in enumerate(group.all("TxInfAndSts"), start=1):
        levels = (_level(element, "TxSts"), *groups)
        status = next((each.status for each in levels if each.status not in _PARTLY), None)
        entry = Entry(f"{where}/TxInfAndSts[{number}]", element, _amount_told(element))
        listed.append(_Listed(entry, levels, status))
    return listed


def _level(element: Element, status: str) -> _Level:
    """Read a status with its reason; several reasons are none, for nobody can say which counts."""
    reason: str | None = None
    with suppress(Doubt):
        reason = _reason(element)
    return _Level(_text(element, status), reason)


def _reason(element: Element) -> str | None:
    reasons = {gathering.code(each) for each in element.all("StsRsnInf")} - {None}
    if len(reasons) > 1:
        raise Doubt("several reasons")
    return next(iter(reasons), None)


def _understand(listed: _Listed, reported_on: str | None) -> Found | None:
    """Say what one transaction's status means; what it does not say itself is said of its group."""
    element, status = listed.entry.element, listed.status
    outcomes = {FINAL.get(each.status or "") for each in listed.levels} - {None}
    if len(outcomes) > 1:
        raise Doubt("its group has another status")
    if status in NOT_YET:
        return None
    if status is None or status not in FINAL:
        raise Doubt(f"unknown status {(status or 'none')[:8]}")
    reason = None if FINAL[status] is Outcome.PAID else _failed_for(listed)
    reference = gathering.reference(element.said("OrgnlEndToEndId"))
    amount_minor, currency = _amount(element)
    return Found(
        gathering.own(element.said("StsId")),
        reference,
        FINAL[status],
        amount_minor,
        currency,
        reason,
        gathering.day(_booked(element) or reported_on),
    )


def _failed_for(listed: _Listed) -> str:
    """Find why it failed: its own reason, else that of a group that failed as a whole."""
    own = _reason(listed.entry.element)
    groups = [each.reason for each in listed.levels[1:] if each.status in FINAL]
    reason = next((each for each in (own, *groups) if each is not None), None)
    if reason is None:
        raise Doubt("failed, and no reason")
    return reason


def _instructed(element: Element) -> Element | None:
    whole = element.one("OrgnlTxRef/Amt/InstdAmt")
    return element.one("OrgnlTxRef/IntrBkSttlmAmt") if whole is None else whole


def _amount(element: Element) -> tuple[int, str]:
    found = _instructed(element)
    if found is None:
        raise Doubt("no amount")
    return gathering.amount(found)


def _booked(element: Element) -> str | None:
    for path in (
        "FctvIntrBkSttlmDt/Dt",
        "FctvIntrBkSttlmDt/DtTm",
        "OrgnlTxRef/IntrBkSttlmDt",
        "AccptncDtTm",
    ):
        if (said := element.said(path)) is not None:
            return said
    return None


def _check(group: Element, listed: Sequence[_Listed], *, is_whole: bool) -> None:
    """Refuse a report that lists more than there was, or another number or sum of a status than it says.

    A report need not list what goes well; what it lists of a status it lists whole, and what failed it lists.
    """
    _check_original(group, [each.entry.element for each in listed])
    seen: set[str | None] = set()
    for each in group.all("NbOfTxsPerSts"):
        name = _text(each, "DtldSts")
        there = [one.entry.element for one in listed if one.status == name]
        if name in seen:
            raise refused(f"{name} is counted twice", each.line, f"{group.name}/NbOfTxsPerSts")
        seen.add(name)
        if there or (name == "RJCT" and is_whole):
            totals.match_count(each, "DtldNbOfTxs", len(there))
            totals.match_sum_of(each, "DtldCtrlSum", [_amount_told(one) for one in there])


def _check_original(group: Element, listed: Sequence[Element]) -> None:
    number, whole = totals.count(group, "OrgnlNbOfTxs"), totals.total(group, "OrgnlCtrlSum")
    if number is not None and len(listed) > number:
        why = f"says {number} and lists {len(listed)}"
        raise refused(why, group.line, f"{group.name}/OrgnlNbOfTxs")
    there = totals.sum_of(map(_amount_told, listed))
    if whole is None or there is None:
        return
    if there > whole or (number == len(listed) and there != whole):
        why = f"says {whole:f} and lists {there:f}"
        raise refused(why, group.line, f"{group.name}/OrgnlCtrlSum")


def _amount_told(element: Element) -> Element | None:
    try:
        return _instructed(element)
    except Doubt:
        return None


def _text(element: Element, path: str) -> str | None:
    found = totals.told(element, path)
    return None if found is None else found.text or None


def _keep_unlisted(
    group: Element, status: str, listed: Sequence[_Listed], entry: Entry, gather: Gathering
) -> bool:
    """Keep for a person what is said of debits that are not listed: nobody knows which; say whether anything was."""
    said = _text(group, status)
    if not listed and said not in _PARTLY and said not in NOT_YET:
        gather.leave(entry, f"{said} for all its debits, and none is listed")
        return True
    statuses = {each.status for each in listed}
    kept = False
    for each in group.all("NbOfTxsPerSts"):
        name, number = _text(each, "DtldSts"), totals.count(each, "DtldNbOfTxs")
        if name in FINAL and name not in statuses and number:
            gather.leave(entry, f"{number} are {name}, and none of them is listed")
            kept = True
    return kept
