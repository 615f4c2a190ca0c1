"""A bank's file read whole or refused whole: status reports (pain.002) and notifications (camt.054)."""

from __future__ import annotations

import re
from typing import Final

from whiteslip.gateways.bank.files import notification, status, totals
from whiteslip.gateways.bank.files.gathering import Gathering
from whiteslip.gateways.bank.files.model import FileRead, Kind
from whiteslip.gateways.bank.files.trees import Element, parse, refused

_NAMESPACE: Final = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.054)\.001\.(\d\d)", re.ASCII
)
_VERSIONS: Final = {Kind.STATUS: range(3, 13), Kind.NOTIFICATION: range(2, 13)}
_MESSAGES: Final = {
    Kind.STATUS: "CstmrPmtStsRpt",
    Kind.NOTIFICATION: "BkToCstmrDbtCdtNtfctn",
}
_ID: Final = re.compile(r"[!-~](?:[ -~]{0,33}[!-~])?")


def read(body: bytes) -> FileRead:
    """Read a file; what of it cannot be understood stands in `unread`, and the same file gives the same results.

    Raises `InvalidInput` naming what and where for a file that is cut off, no XML, too large, of another kind, or with
    another count or sum than it says; nothing of it acts then.
    """
    namespace, root = parse(body)
    kind = _kind(namespace, root)
    message = totals.told(root, _MESSAGES[kind])
    if message is None or root.name != "Document":
        raise refused(f"Document/{_MESSAGES[kind]} is missing", root.line, root.name)
    header = totals.told(message, "GrpHdr")
    if header is None:
        raise refused("GrpHdr is missing", message.line, message.name)
    named = totals.told(header, "MsgId")
    if named is None or not _ID.fullmatch(named.text):
        raise refused("MsgId is missing or no name", header.line, "GrpHdr/MsgId")
    gather = Gathering(kind, named.text)
    if kind is Kind.STATUS:
        made = totals.told(header, "CreDtTm")
        status.read(message, gather, None if made is None else made.text)
    else:
        notification.read(message, gather)
    return gather.file()


def _kind(namespace: str, root: Element) -> Kind:
    matched = _NAMESPACE.fullmatch(namespace)
    kind = Kind(matched[1]) if matched else None
    if matched is None or kind is None or int(matched[2]) not in _VERSIONS[kind]:
        why = f"neither a status report nor a notification of a known version: {namespace[:80]}"
        raise refused(why, root.line)
    return kind
