"""The shipped checkout book before thieves, before owners who cash out, and before people who only live their lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from tests.builders import Book, done, founded

from whiteslip.decisioning.decisions.rules import named_facts
from whiteslip.decisioning.decisions.store import read_decisions
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.flows.weave_network import weave_network
from whiteslip.infra.database import Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey

PHONE, HOME = 11, 22
_devices = count(1000)


class Town(Book):
    """A book with a grocer and a shop for phones, in which time passes from purchase to purchase."""

    def __init__(self, database: Database) -> None:
        super().__init__(founded(database).database)
        shops = [NewMerchant("Grocer", 0, "groceries"), NewMerchant("Phones", 0, "electronics")]
        at = self.at
        self.grocer, self.phones = self.write(lambda db: open_merchants(db, shops, at=at))
        self.now = datetime(2026, 1, 1, 20, tzinfo=ZONE)

    def ask_now(
        self,
        line: LineKey,
        amount_minor: int,
        shop: int,
        *,
        device: int = PHONE,
        address: int = HOME,
        verified: bool = False,
    ) -> Authorized | Declined | Referred:
        """Ask at the clock of the town."""
        asked = PurchaseRequest(
            *line, shop, amount_minor, 0, "o", device, address, is_verified=verified
        )
        at = self.now.astimezone(UTC)
        return done(self.write(lambda db: checkout(db, [asked], at=at))[0])

    def lived(self, limit_minor: int = 3_000_000, *, purchases: int = 10) -> LineKey:
        """Somebody who bought groceries for about 90 yuan on so many evenings, two days apart."""
        line = self.line(limit_minor)
        for number in range(purchases):
            answer = self.ask_now(line, 8_000 + 300 * (number % 5) + 9, self.grocer)
            assert isinstance(answer, Authorized), answer
            self.now += timedelta(days=2)
        return line

    def fired(self, answer: Authorized | Declined | Referred) -> set[str]:
        """Name the rules that fired for a purchase."""
        owned = OwnedId(answer.customer_id, answer.purchase_id)
        kept = self.database.read(lambda db: read_decisions(db, [owned]))[owned]
        live = self.database.read(lambda db: rulebooks.live(db, "checkout"))
        return {rule.id for place, rule in enumerate(live.rules) if kept.fired >> place & 1}

    def facts(self, answer: Authorized | Declined | Referred) -> dict[str, object]:
        """Read what a purchase was judged by."""
        owned = OwnedId(answer.customer_id, answer.purchase_id)
        kept = self.database.read(lambda db: read_decisions(db, [owned]))[owned]
        live = self.database.read(lambda db: rulebooks.live(db, "checkout"))
        return dict(named_facts(kept, live))


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


def codes(answer: Authorized | Declined | Referred) -> set[ReasonCode]:
    return set() if isinstance(answer, Authorized) else {one.code for one in answer.reasons}


def test_a_thief_with_a_new_phone_buys_phones(town: Town) -> None:
    line = town.lived()
    answer = town.ask_now(line, 899_900, town.phones, device=next(_devices), verified=True)

    assert isinstance(answer, Referred)
    assert answer.needs == "review"
    assert "new-device-resalable" in town.fired(answer)
    assert ReasonCode.TAKEOVER in codes(answer)


def test_a_taken_over_line_is_emptied_to_a_new_address(town: Town) -> None:
    line, device = town.lived(500_000), next(_devices)
    answers: list[Authorized | Declined | Referred] = []
    for address in (98, 99):
        answers.append(
            town.ask_now(line, 190_009, town.grocer, device=device, address=address, verified=True)
        )
        town.now += timedelta(hours=2)
    first, answer = answers

    assert isinstance(first, Authorized)
    assert isinstance(answer, Referred)
    assert "emptied-to-new-address" in town.fired(answer)


def test_the_owner_buys_the_same_phone_from_their_own(town: Town) -> None:
    line = town.lived()
    asked = town.ask_now(line, 499_900, town.phones)
    granted = town.ask_now(line, 499_900, town.phones, verified=True)

    assert isinstance(asked, Referred)
    assert asked.needs == "verification"
    assert "sudden-resalable" in town.fired(asked)
    assert isinstance(granted, Authorized)


def test_a_new_phone_alone_asks_nobody_anything(town: Town) -> None:
    line = town.lived()

    assert isinstance(town.ask_now(line, 9_009, town.grocer, device=next(_devices)), Authorized)


def test_an_hour_is_odd_only_for_who_never_buys_then(town: Town) -> None:
    evening = town.lived(purchases=12)
    town.now = town.now.replace(hour=6)
    early = town.lived(purchases=12)
    found = [town.ask_now(line, 120_009, town.grocer) for line in (evening, early)]

    assert ["above-usual-at-odd-hour" in town.fired(one) for one in found] == [True, False]


def test_a_pace_is_odd_only_for_who_never_keeps_it(town: Town) -> None:
    slow, keen = town.lived(), town.line(3_000_000)
    for _ in range(60):
        assert isinstance(town.ask_now(keen, 9_009, town.grocer, verified=True), Authorized)
        town.now += timedelta(hours=5)
    for line in (slow, keen):
        for number in range(5):
            answer = town.ask_now(line, 59_009 + number, town.grocer, verified=True)
            town.now += timedelta(minutes=100)
        answer = town.ask_now(line, 59_009, town.grocer)
        assert ("pace-unlike" in town.fired(answer)) is (line is slow)
        town.now += timedelta(days=3)


def spends_again(town: Town, line: LineKey, amounts: list[int]) -> Authorized | Declined | Referred:
    """Spend an amount after the other at the grocer, verified, two hours apart; all but the last are granted."""
    *before, last = amounts
    for amount_minor in before:
        assert isinstance(town.ask_now(line, amount_minor, town.grocer, verified=True), Authorized)
        town.now += timedelta(hours=2)
    return town.ask_now(line, last, town.grocer, verified=True)


@pytest.mark.parametrize(
    ("rule", "amounts"),
    [
        ("cashed-in-two", [250_000, 300_000]),
        ("round-sums-at-one-shop", [150_000, 100_000, 120_000]),
        ("one-shop-again-and-again", [230_009, 210_007, 190_003]),
    ],
)
def test_cash_at_one_till(town: Town, rule: str, amounts: list[int]) -> None:
    answer = spends_again(town, town.lived(1_000_000, purchases=1), amounts)

    assert isinstance(answer, Referred)
    assert rule in town.fired(answer)
    assert codes(answer) == {ReasonCode.CASH_OUT}
    assert town.facts(answer)["same_shop_24h"] == len(amounts) - 1


def test_who_shops_twice_a_day_at_one_shop_is_asked_nothing(town: Town) -> None:
    line = town.lived(1_000_000)

    assert isinstance(spends_again(town, line, [20_000, 9_009, 10_000, 18_000]), Authorized)


def test_a_thief_who_reads_the_code_is_stopped_at_the_second_phone(town: Town) -> None:
    line, device = town.lived(1_000_000), next(_devices)
    first = town.ask_now(line, 159_900, town.phones, device=device, address=99)
    coded = town.ask_now(line, 159_900, town.phones, device=device, address=99, verified=True)
    town.now += timedelta(minutes=8)
    again = town.ask_now(line, 189_900, town.phones, device=device, address=99, verified=True)

    assert isinstance(first, Referred)
    assert first.needs == "verification"
    assert isinstance(coded, Authorized)
    assert isinstance(again, Referred)
    assert again.needs == "review"
    assert "new-device-again" in town.fired(again)


def test_whoever_hurries_to_empty_a_line_on_a_known_phone_is_asked_for_a_code(town: Town) -> None:
    line = town.lived(1_000_000)
    for _ in range(2):
        assert isinstance(town.ask_now(line, 150_009, town.phones, verified=True), Authorized)
        town.now += timedelta(minutes=3)
    answer = town.ask_now(line, 140_009, town.phones)

    assert isinstance(answer, Referred)
    assert answer.needs == "verification"
    assert "resalable-in-a-hurry" in town.fired(answer)


def test_cash_right_after_the_line_opened(town: Town) -> None:
    answer = town.ask_now(town.line(500_000), 480_009, town.phones, verified=True)

    assert isinstance(answer, Referred)
    assert "cashed-at-once" in town.fired(answer)


def test_when_a_limit_rose_is_asked_only_where_it_is_used_up(town: Town) -> None:
    line = town.lived(500_000)
    town.write(
        lambda db: db.execute(
            "INSERT INTO money.limit_change VALUES (%s, 1, %s, 400000, 500000, 'x', %s, %s)",
            (*line, town.today - timedelta(days=3), town.at),
        )
    )
    small = town.ask_now(line, 9_009, town.grocer, verified=True)
    town.now += timedelta(days=2)
    whole = town.ask_now(line, 390_009, town.phones, verified=True)

    assert town.facts(small)["days_since_raise"] is None
    assert town.facts(whole)["days_since_raise"] == 3


def test_a_shop_sells_something_from_the_list(town: Town) -> None:
    at = town.at

    with pytest.raises(InvalidInput, match="a category is one of"):
        town.write(lambda db: open_merchants(db, [NewMerchant("Arms", 0, "weapons")], at=at))


def known_fraud(town: Town, line: LineKey) -> None:
    """Let somebody be long overdue, and so known as bad."""
    since = town.today - timedelta(days=95)
    town.write(
        lambda db: db.execute(
            "INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)"
            " VALUES (%s, %s, %s, %s, 95)",
            (*line, since, since),
        )
    )


def test_a_link_to_a_fraudster_counts_at_once_and_only_with_a_sign(town: Town) -> None:
    bad, usual, odd = town.lived(purchases=1), town.lived(), town.lived()
    device = next(_devices)
    assert isinstance(town.ask_now(bad, 9_009, town.grocer, device=device), Authorized)
    known_fraud(town, bad)

    as_ever = town.ask_now(usual, 9_009, town.grocer, device=device)
    unlike = town.ask_now(odd, 60_009, town.grocer, device=device, verified=True)

    assert town.facts(as_ever)["links_to_bad"] == 1
    assert isinstance(as_ever, Authorized)
    assert isinstance(unlike, Referred)
    assert unlike.needs == "review"
    assert "linked-and-unlike" in town.fired(unlike)
    assert codes(unlike) & {ReasonCode.FRAUD_SUSPECTED}


def test_of_who_comes_with_what_is_known_nothing_is_asked(town: Town) -> None:
    line = town.lived()
    facts = town.facts(town.ask_now(line, 9_009, town.grocer))

    assert (facts["links_to_bad"], facts["ring_score"]) == (None, None)


def test_a_refused_purchase_ties_nobody_to_anything(town: Town) -> None:
    line, device = town.lived(), next(_devices)
    answer = town.ask_now(line, 899_900, town.phones, device=device)
    kept = town.database.read(
        lambda db: db.execute(
            "SELECT count(*) FROM risk.network_link WHERE entity = %s", (device,)
        ).fetchone()
    )

    assert isinstance(answer, Referred)
    assert kept == (0,)


def test_a_ring_counts_for_its_members_with_a_sign_and_for_nobody_else(town: Town) -> None:
    members, device = [town.line(1_000_000) for _ in range(5)], next(_devices)
    stranger = town.line(1_000_000)
    for line in members:
        assert isinstance(town.ask_now(line, 9_009, town.grocer, device=device), Authorized)
    assert isinstance(town.ask_now(stranger, 9_009, town.grocer, address=77), Authorized)
    town.close_day()
    at = town.at
    assert town.write(lambda db: weave_network(db, at=at)) is not None
    town.now += timedelta(days=1)

    def spends(line: LineKey, amount_minor: int) -> Authorized | Declined | Referred:
        return town.ask_now(
            line, amount_minor, town.grocer, device=next(_devices), address=99, verified=True
        )

    quiet, loud, other = (
        spends(members[0], 9_009),
        spends(members[1], 850_000),
        spends(stranger, 850_000),
    )

    score = town.facts(quiet)["ring_score"]
    assert isinstance(score, float)
    assert score >= 0.5
    assert town.facts(other)["ring_score"] == 0
    assert [("ring-and-cash" in town.fired(one)) for one in (quiet, loud, other)] == [
        False,
        True,
        False,
    ]
    assert isinstance(quiet, Authorized)
