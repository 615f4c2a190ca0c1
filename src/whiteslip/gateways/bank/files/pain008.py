"""Debits written as a direct debit initiation, pain.008, and checked against its schema before anybody gets it.

The schemas are those that come with sepaxml. Its own writer is not used: it knows IBANs and SEPA only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, Final, NamedTuple

import lxml.etree

from whiteslip.gateways.bank.files.amounts import major, written
from whiteslip.gateways.bank.model import Debit
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import MAX_MINOR

_etree: Any = lxml.etree
_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_NAME: Final = re.compile(r"[!-~](?:[ -~]{0,33}[!-~])?")
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)


class Version(StrEnum):
    """The versions banks ask for most: that of 2009, and that of 2019."""

    V02 = "pain.008.001.02"
    V08 = "pain.008.001.08"


class Creditor(NamedTuple):
    """Who collects: a name, the account the money comes to, the number the scheme gave, and the BIC of its bank."""

    name: str
    account: str
    scheme_id: str
    bank: str | None = None


def write(
    debits: Sequence[Debit],
    *,
    message_id: str,
    creditor: Creditor,
    at: datetime,
    version: Version = Version.V02,
) -> bytes:
    """Write a batch, one part for each due date and currency; amounts in minor units become decimals of their currency.

    An account that is no IBAN is written as the bank's own (`Othr`). Raises `InvalidInput` with the debit for an
    empty batch, a reference that is no name or stands there twice, a currency files do not know, and what the schema
    does not take.
    """
    _check(debits, message_id)
    root = _etree.Element("Document", nsmap={None: _NAMESPACE + version})
    initiation = _add(root, "CstmrDrctDbtInitn")
    header = _add(initiation, "GrpHdr")
    _fill(header, {"MsgId": message_id, "CreDtTm": at.isoformat(timespec="seconds")})
    _fill(header, _totals(debits))
    _fill(_add(header, "InitgPty"), {"Nm": creditor.name})
    ordered = sorted(debits, key=_part)
    parts = groupby(ordered, key=_part)
    for number, ((due_on, _), group) in enumerate(parts, start=1):
        part_id = f"{message_id[:30]}-{number}"
        part, those = _add(initiation, "PmtInf"), tuple(group)
        _head_part(part, those, part_id, due_on)
        _write_creditor(part, creditor, version)
        for debit in those:
            _write_debit(_add(part, "DrctDbtTxInf"), debit, version)
    return _valid(root, version)


def _part(debit: Debit) -> tuple[date, str]:
    return debit.due_on, debit.currency


def _check(debits: Sequence[Debit], message_id: str) -> None:
    if not debits:
        raise InvalidInput("a file of no debits", where="debits")
    if not _NAME.fullmatch(message_id):
        raise InvalidInput(f"{message_id!r} cannot name a message", where="message_id")
    names: set[str] = set()
    for debit in debits:
        for field in ("reference", "mandate", "account"):
            if not _NAME.fullmatch(getattr(debit, field)):
                raise InvalidInput(f"{debit.reference!r}: its {field} is no name", where=field)
        if debit.reference in names:
            raise InvalidInput(f"{debit.reference!r} stands there twice", where="reference")
        if not 0 < debit.amount_minor <= MAX_MINOR:
            raise InvalidInput(
                f"{debit.reference!r}: {debit.amount_minor} is no amount", where="amount_minor"
            )
        names.add(debit.reference)


def _totals(debits: Iterable[Debit]) -> Mapping[str, str]:
    amounts = [major(debit.amount_minor, debit.currency) for debit in debits]
    return {"NbOfTxs": str(len(amounts)), "CtrlSum": written(sum(amounts, start=Decimal(0)))}


def _head_part(part: Any, debits: Sequence[Debit], part_id: str, due_on: date) -> None:
    _fill(part, {"PmtInfId": part_id, "PmtMtd": "DD", **_totals(debits)})
    _fill(part, {"ReqdColltnDt": due_on.isoformat()})


def _write_creditor(part: Any, creditor: Creditor, version: Version) -> None:
    _fill(_add(part, "Cdtr"), {"Nm": creditor.name})
    _write_account(_add(part, "CdtrAcct"), creditor.account)
    _write_bank(_add(part, "CdtrAgt"), creditor.bank, version)
    _fill(part, {"ChrgBr": "SLEV"})
    _fill(_add(part, "CdtrSchmeId", "Id", "PrvtId", "Othr"), {"Id": creditor.scheme_id})


def _write_debit(entry: Any, debit: Debit, version: Version) -> None:
    named = {"InstrId": debit.reference, "EndToEndId": debit.reference}
    _fill(_add(entry, "PmtId"), named)
    amount = _add(entry, "InstdAmt")
    amount.text = written(major(debit.amount_minor, debit.currency))
    amount.set("Ccy", debit.currency)
    _fill(_add(entry, "DrctDbtTx", "MndtRltdInf"), {"MndtId": debit.mandate})
    _write_bank(_add(entry, "DbtrAgt"), None, version)
    _fill(_add(entry, "Dbtr"), {"Nm": debit.holder})
    _write_account(_add(entry, "DbtrAcct"), debit.account)


def _write_account(holder: Any, account: str) -> None:
    if is_iban(account):
        _fill(_add(holder, "Id"), {"IBAN": account})
    else:
        _fill(_add(holder, "Id", "Othr"), {"Id": account})


def _write_bank(agent: Any, bank: str | None, version: Version) -> None:
    identity = _add(agent, "FinInstnId")
    if bank is None:
        _fill(_add(identity, "Othr"), {"Id": "NOTPROVIDED"})
    else:
        _fill(identity, {"BIC" if version is Version.V02 else "BICFI": bank})


def is_iban(account: str) -> bool:
    """Say whether an account is an IBAN, by its form and its check digits (ISO 13616: modulo 97)."""
    if not _IBAN.fullmatch(account):
        return False
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def _add(parent: Any, *names: str) -> Any:
    for name in names:
        parent = _etree.SubElement(parent, name)
    return parent


def _fill(parent: Any, said: Mapping[str, str]) -> None:
    for name, text in said.items():
        try:
            _add(parent, name).text = text
        except ValueError as error:
            raise InvalidInput(f"{name} has signs no XML has", where=name) from error


def _valid(root: Any, version: Version) -> bytes:
    """Write the document, and read it as its reader will: what its schema does not take never leaves."""
    body: bytes = _etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    schema = _schema(version)
    document = _etree.fromstring(body, _etree.XMLParser(resolve_entities=False, no_network=True))
    if not schema.validate(document):
        first = schema.error_log[0]
        where = re.sub(r"\{[^}]*\}|\*", "", first.path or "")
        element = re.search(r"Element '\{[^}]*\}(\w+)'", first.message)
        name = element[1] if element else where
        raise InvalidInput(f"{name} is not as {version} wants it", where=name)
    return body


@cache
def _schema(version: Version) -> Any:
    file = resources.files("sepaxml") / "schemas" / f"{version}.xsd"
    return _etree.XMLSchema(_etree.fromstring(file.read_bytes()))
