"""Addresses of every page for a test: whose thing to put where a path has braces.

A desk adds its own in `tests/web/<desk>/addresses.py`: a table `MAKERS` from the name in braces to a function of the
world and of the account whose thing is wanted, which returns what stands in the address. Of a thing of a customer or a
shop the function is also called with another's account, and must return the other's thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from tests.web.worlds import Served

from whiteslip.flows.change_sources import NewSource, Source, SourceKind, add_sources
from whiteslip.flows.sign_in import Link, LinkRequest, make_links
from whiteslip.flows.take_bank_results import take_bank_results
from whiteslip.gateways.bank.model import Outcome, Result
from whiteslip.infra.accounts.model import Account
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.money.chargeoffs.model import Claim, State
from whiteslip.money.chargeoffs.store import insert_claim
from whiteslip.money.ledger.store import take_numbers
from whiteslip.views import autopay, charge_offs
from whiteslip.web.table import Route
from whiteslip.worker.bank import ACTS, BANK

FOUNDED = datetime(2026, 1, 5, tzinfo=UTC)
Maker: TypeAlias = Callable[[Served, Account], str]


def customer_of(world: Served, account: Account) -> int:
    """Say whose things an account looks at: its own, or for staff those of the person of the story."""
    return account.customer_id or int(world.story.removeprefix("cus_"))


def first(world: Served, table: str, column: str, account: Account) -> int:
    """Find the number of the first thing of a table that is the account's customer's."""
    query = f"SELECT min({column}) FROM {table} WHERE customer_id = %s".encode()
    customer_id = customer_of(world, account)
    row = world.database.read(lambda db: db.execute(query, (customer_id,)).fetchone())
    assert row is not None
    assert row[0] is not None, f"customer {customer_id} has nothing in {table}"
    return int(row[0])


def _customer(world: Served, account: Account) -> str:
    return ids.write("cus", customer_of(world, account))


def _line(world: Served, account: Account) -> str:
    number = first(world, "money.line", "line_id", account)
    return ids.write("lin", customer_of(world, account), number)


def _purchase(world: Served, account: Account) -> str:
    """A purchase of the customer, or one sold by the shop."""
    if account.merchant_id is None:
        number = first(world, "money.purchase", "purchase_id", account)
        return ids.write("pur", customer_of(world, account), number)
    query = b"SELECT customer_id, purchase_id FROM money.purchase WHERE merchant_id = %s LIMIT 1"
    merchant = (account.merchant_id,)
    row = world.database.read(lambda db: db.execute(query, merchant).fetchone())
    assert row is not None, f"shop {account.merchant_id} has sold nothing"
    return ids.write("pur", *row)


def _installment(world: Served, account: Account) -> str:
    number = first(world, "money.installment", "installment_id", account)
    return ids.write("ins", customer_of(world, account), number)


def _source(world: Served, account: Account) -> str:
    """A source of the customer's line, made when there is none yet."""
    customer_id = customer_of(world, account)
    line_id = first(world, "money.line", "line_id", account)
    known = world.database.read(lambda db: autopay.sources_of(db, customer_id, line_id))
    if known:
        return ids.write("src", customer_id, known[0].source_id)
    new = NewSource(
        customer_id, line_id, SourceKind.CARD, "•••• 1234", "6222001234", "H", "m-test", FOUNDED
    )
    (made,) = world.database.write(lambda db: add_sources(db, [new], at=MachineClock().now()))
    assert isinstance(made, Source)
    return ids.write("src", customer_id, made.source_id)


def _item(world: Served, _: Account) -> str:
    """An item of the manual queue: money under a reference of nobody."""
    found = world.database.read(lambda db: autopay.items(db, state="open", before=2**62, limit=1))
    if found:
        return ids.write("sus", found[0].item_id)
    stray = Result("r-stray", "nobody", Outcome.PAID, 1_250, "CNY", None, FOUNDED.date())
    world.database.write(
        lambda db: take_bank_results(
            db, [stray], bank=BANK, source="test", acts=ACTS, at=MachineClock().now()
        )
    )
    return _item(world, _)


def _claim(world: Served, account: Account) -> str:
    """A charge-off of the customer's line that somebody proposed; it changes nothing yet."""
    customer_id = customer_of(world, account)
    line_id = first(world, "money.line", "line_id", account)
    known = world.database.read(lambda db: charge_offs.of_line(db, customer_id, line_id))
    if known:
        return ids.write("cof", customer_id, known[0].charge_off_id)
    on, at = FOUNDED.date(), MachineClock().now()

    def propose(db: Connection) -> int:
        (number,) = take_numbers(db, 1)
        sums = (0, 0, 0, 0, 0)
        people = (181, "ann", None, None, "gone abroad")
        claim = Claim(customer_id, number, line_id, State.PROPOSED, *sums, on, *people)
        assert insert_claim(db, claim, on=on, at=at)
        return number

    return ids.write("cof", customer_id, world.database.write(propose))


def _link(world: Served, account: Account) -> str:
    at = MachineClock().now()
    request = LinkRequest(customer_of(world, account), "test")
    (link,) = world.database.write(lambda db: make_links(db, [request], at=at))
    assert isinstance(link, Link)
    return link.token


def makers() -> Mapping[str, Maker]:
    """Collect the makers of every desk."""
    found: dict[str, Maker] = {
        "cof": _claim,
        "cus": _customer,
        "lin": _line,
        "pur": _purchase,
        "ins": _installment,
        "src": _source,
        "sus": _item,
        "token": _link,
    }
    for file in sorted(Path(__file__).parent.glob("*/addresses.py")):
        module = import_module(f"tests.web.{file.parent.name}.addresses")
        own: dict[str, Maker] = module.MAKERS
        assert not found.keys() & own.keys(), f"{file}: {found.keys() & own.keys()} twice"
        found |= own
    return found


def address(route: Route, world: Served, account: Account) -> str:
    """Make an address of a route with the things of an account; a name nobody can make is a fault of the test."""
    path = route.path
    for name in route.parameters:
        maker = makers().get(name)
        assert maker is not None, f"{route.path}: no test can make {{{name}}}"
        path = path.replace(f"{{{name}}}", maker(world, account))
    return path
