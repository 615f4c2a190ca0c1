"""What we write is valid by the schema, says what the debits say, and nothing leaves that is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateways.bank.bank_files import Told, status_report

from whiteslip.gateways.bank.files import reader, trees
from whiteslip.gateways.bank.files.amounts import DIGITS, major, minor
from whiteslip.gateways.bank.files.pain008 import Creditor, Version, is_iban, write
from whiteslip.gateways.bank.model import Debit
from whiteslip.kernel.errors import InvalidInput

AT = datetime(2027, 3, 4, 12, 30, tzinfo=UTC)
CREDITOR = Creditor("白条消费金融", "6222000011112222", "CN-CREDITOR-1")
ONE = Debit("d-1-7", "M-1", "6222020200112233", "王小满", 12_345, "CNY", date(2027, 3, 5))
IBAN = "DE89370400440532013000"


def written(
    debits: Sequence[Debit], version: Version = Version.V02, creditor: Creditor = CREDITOR
) -> bytes:
    """A file of debits."""
    return write(debits, message_id="DD-1", creditor=creditor, at=AT, version=version)


def debits_in(body: bytes) -> list[Debit]:
    """Read a file back as a bank would, with a reader of its own."""
    found: list[Debit] = []
    for part in trees.parse(body).root.all("CstmrDrctDbtInitn/PmtInf"):
        due_on = date.fromisoformat(part.said("ReqdColltnDt") or "")
        for each in part.all("DrctDbtTxInf"):
            amount = each.one("InstdAmt")
            assert amount is not None
            account = each.said("DbtrAcct/Id/Othr/Id") or each.said("DbtrAcct/Id/IBAN") or ""
            currency = amount.attributes["Ccy"]
            found.append(
                Debit(
                    each.said("PmtId/EndToEndId") or "",
                    each.said("DrctDbtTx/MndtRltdInf/MndtId") or "",
                    account,
                    each.said("Dbtr/Nm") or "",
                    minor(amount.text, currency),
                    currency,
                    due_on,
                )
            )
    return found


@pytest.mark.parametrize("version", Version)
def test_a_debit_is_written(version: Version) -> None:
    body = written([ONE], version)
    tree = trees.parse(body)
    initiation = tree.root.one("CstmrDrctDbtInitn")

    assert tree.namespace.endswith(version)
    assert initiation is not None
    assert initiation.said("GrpHdr/MsgId") == "DD-1"
    assert initiation.said("GrpHdr/CreDtTm") == "2027-03-04T12:30:00+00:00"
    assert initiation.said("GrpHdr/NbOfTxs") == "1"
    assert initiation.said("GrpHdr/CtrlSum") == "123.45"
    assert initiation.said("PmtInf/Cdtr/Nm") == "白条消费金融"
    assert initiation.said("PmtInf/CdtrAcct/Id/Othr/Id") == "6222000011112222"
    assert initiation.said("PmtInf/DrctDbtTxInf/DbtrAcct/Id/Othr/Id") == ONE.account
    assert debits_in(body) == [ONE]


@pytest.mark.parametrize("version", Version)
def test_an_iban_and_a_bank_are_written_as_such(version: Version) -> None:
    creditor = Creditor("Lender", IBAN, "DE98ZZZ09999999999", "COBADEFFXXX")
    body = written([ONE._replace(account=IBAN, currency="EUR")], version, creditor)
    part = trees.parse(body).root.one("CstmrDrctDbtInitn/PmtInf")

    assert part is not None
    assert part.said("CdtrAcct/Id/IBAN") == part.said("DrctDbtTxInf/DbtrAcct/Id/IBAN") == IBAN
    tag = "BIC" if version is Version.V02 else "BICFI"
    assert part.said(f"CdtrAgt/FinInstnId/{tag}") == "COBADEFFXXX"


@pytest.mark.parametrize(
    ("account", "holds"),
    [
        (IBAN, True),
        ("GB29NWBK60161331926819", True),
        ("DE88370400440532013000", False),
        ("DE89370400440532013001", False),
        ("6222020200112233", False),
        ("de89370400440532013000", False),
        ("", False),
    ],
)
def test_an_iban_is_one_by_its_check_digits(account: str, holds: bool) -> None:
    assert is_iban(account) is holds


def test_a_part_for_each_day_and_currency_and_sums_of_all() -> None:
    later = ONE._replace(reference="d-2", due_on=date(2027, 3, 6), amount_minor=5)
    yen = ONE._replace(reference="d-3", currency="JPY", amount_minor=700)
    again = ONE._replace(reference="d-4", amount_minor=1)
    initiation = trees.parse(written([later, ONE, yen, again])).root.one("CstmrDrctDbtInitn")
    assert initiation is not None

    parts = [
        tuple(part.said(name) for name in ("PmtInfId", "ReqdColltnDt", "NbOfTxs", "CtrlSum"))
        for part in initiation.all("PmtInf")
    ]
    assert parts == [
        ("DD-1-1", "2027-03-05", "2", "123.46"),
        ("DD-1-2", "2027-03-05", "1", "700"),
        ("DD-1-3", "2027-03-06", "1", "0.05"),
    ]
    assert initiation.said("GrpHdr/CtrlSum") == "823.51"
    assert initiation.said("GrpHdr/NbOfTxs") == "4"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"reference": ""}, "reference"),
        ({"reference": "r" * 36}, "reference"),
        ({"reference": " r"}, "reference"),
        ({"reference": "订单"}, "reference"),
        ({"mandate": ""}, "mandate"),
        ({"account": ""}, "account"),
        ({"account": "a" * 35}, "Id"),
        ({"holder": ""}, "Nm"),
        ({"holder": "n" * 141}, "Nm"),
        ({"holder": "a\u0000b"}, "Nm"),
        ({"holder": "a\ud800b"}, "Nm"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -5}, "amount_minor"),
        ({"amount_minor": 10**15 + 1}, "amount_minor"),
        ({"currency": "QQQ"}, "currency"),
        ({"currency": "cny"}, "currency"),
    ],
)
@pytest.mark.parametrize("version", Version)
def test_a_debit_no_bank_takes_is_refused_by_name(
    change: dict[str, object], where: str, version: Version
) -> None:
    odd = ONE._replace(**change)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInput) as refused:
        written([ONE._replace(reference="good"), odd], version)
    assert refused.value.where == where


def _many(debit: Debit, number: int) -> list[Debit]:
    return [debit._replace(reference=f"m-{place}") for place in range(number)]


def test_batches_no_bank_takes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no debits"):
        written([])
    with pytest.raises(InvalidInput, match="'d-1-7' stands there twice"):
        written([ONE, ONE])
    with pytest.raises(InvalidInput, match="cannot name a message"):
        write([ONE], message_id="m" * 36, creditor=CREDITOR, at=AT)
    most = ONE._replace(currency="JPY", amount_minor=10**15)
    with pytest.raises(InvalidInput, match="CtrlSum is not as"):
        written([most, ONE._replace(reference="d-2", currency="KWD"), *_many(most, 9)])
    with pytest.raises(InvalidInput, match="BIC is not as"):
        written([ONE], creditor=CREDITOR._replace(bank="nobody"))


NAME = st.from_regex(r"[!-~]([ -~]{0,32}[!-~])?", fullmatch=True)
DEBITS = st.lists(
    st.builds(
        Debit,
        reference=NAME,
        mandate=NAME,
        account=NAME,
        holder=st.text(
            st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=140
        ),
        amount_minor=st.integers(1, 10**14),
        currency=st.sampled_from(sorted(DIGITS)),
        due_on=st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda debit: debit.reference,
)


@given(debits=DEBITS, version=st.sampled_from(Version))
@settings(deadline=None)
def test_what_is_written_is_valid_and_reads_back(debits: list[Debit], version: Version) -> None:
    body = written(debits, version)

    assert sorted(debits_in(body)) == sorted(debits)
    whole = sum((major(each.amount_minor, each.currency) for each in debits), start=Decimal(0))
    said = trees.parse(body).root.said("CstmrDrctDbtInitn/GrpHdr/CtrlSum")
    assert said is not None
    assert Decimal(said) == whole


@given(amount_minor=st.integers(1, 10**15), currency=st.sampled_from(sorted(DIGITS)))
def test_an_amount_goes_there_and_back(amount_minor: int, currency: str) -> None:
    assert minor(f"{major(amount_minor, currency):f}", currency) == amount_minor


def test_what_is_asked_in_one_file_is_answered_in_another() -> None:
    debits = [ONE._replace(reference=f"d-{number}", amount_minor=number) for number in range(1, 50)]
    asked = debits_in(written(debits))
    answer = status_report(
        [
            Told(each.reference, "ACSC", None, f"{major(each.amount_minor, each.currency):f}")
            for each in asked
        ]
    )

    read = reader.read(answer)
    assert [(each.reference, each.amount_minor) for each in read.results] == [
        (each.reference, each.amount_minor) for each in debits
    ]
