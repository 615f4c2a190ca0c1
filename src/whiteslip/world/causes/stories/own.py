"""What people do themselves: lock, cap, withdraw a consent, close, and spend too much."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any, Final

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Promise, Said, Story, Within

DAY: Final = timedelta(days=1)
MONTH: Final[dict[str, Any]] = {
    "monthly_income_minor": 700_000,
    "income_day": 15,
    "monthly_rent_minor": 300_000,
    "monthly_fixed_minor": 200_000,
}


def buys_too_much(life: Life) -> Generator[date]:
    """A full line is warned of; she tests what she can afford, caps herself, and is held to it until the next month."""
    life.joins(400_000)
    life.buys(389_900, is_verified=True)
    life.first_sign()
    yield life.today + DAY
    if life.standing(ReasonCode.HIGH_UTILIZATION) is None:
        raise StoryBroken("nobody warned her that the line is full")
    yield from life.lives_paying(life.next_bill_on() + 30 * DAY)
    test = {"line_id": life.line_id, "amount_minor": 300_000, "answers": MONTH}
    advice = life.town.app.post("/self-tests", test)
    life.treated(f"self-test: {advice['verdict']}")
    cap = {"kind": "month", "amount_minor": 50_000}
    life.town.app.post(f"/customers/{life.customer_id}/caps", cap)
    life.treated("own cap")
    life.buys(40_000)
    life.first_sign()
    life.meets_answer(life.asks_to_buy(30_000))
    life.what_works()
    life.row.steps.append("smaller amount")
    life.buys_again(9_000)


def is_warned_of_a_full_line(life: Life) -> Generator[date]:
    """A line used to its end is an early sign: nothing is taken away, and paying it down ends the warning."""
    life.joins(300_000)
    life.buys(295_000, is_verified=True)
    life.first_sign()
    yield life.today + DAY
    life.meets_restriction(ReasonCode.HIGH_UTILIZATION)
    life.what_works()
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.LIMIT_EXCEEDED)
    yield from life.comes_back(20_000, is_verified=True)


def loses_the_phone(life: Life) -> Generator[date]:
    """He locks the line himself, and unlocks it with the new phone."""
    life.joins(500_000)
    life.buys(20_000)
    life.first_sign()
    life.town.app.post(f"/lines/{life.line_id}/lock", {"locked": True})
    found = life.meets_restriction(ReasonCode.OWN_LOCK)
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.OWN_LOCK)
    life.what_works(found)
    yield life.today + 2 * DAY
    yield from life.comes_back(20_000)
    life.treated("unlocked by its owner")


def withdraws_consent(life: Life) -> Generator[date]:
    """Without consent to the service nothing new can be bought; given again, it works at once."""
    life.joins(500_000)
    life.buys(20_000)
    life.says_consent(is_given=True)
    yield life.today + DAY
    life.first_sign()
    life.says_consent(is_given=False)
    found = life.meets_restriction(ReasonCode.CONSENT)
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.CONSENT)
    life.what_works(found)
    yield life.today + 3 * DAY
    yield from life.comes_back(20_000)
    life.treated("consent given again")


def closes_for_good(life: Life) -> Generator[date]:
    """She wants no credit any more; two of the staff close the line, and what she owes keeps its dates."""
    life.joins(500_000)
    life.buys(20_000)
    yield life.today + DAY
    life.first_sign()
    body = {"reason": ReasonCode.LINE_CLOSED, "note": "asked for by its owner"}
    act = life.town.anna.post(f"/lines/{life.line_id}/closures", body)["act_id"]
    life.town.bo.post(f"/acts/{act}/decision", {"approved": True})
    found = life.meets_restriction(ReasonCode.LINE_CLOSED)
    life.must_be_refused(life.asks_to_buy(20_000), ReasonCode.LINE_CLOSED)
    life.what_works(found)
    dues = [date.fromisoformat(one["due_on"]) for one in life.installments()]
    yield from life.lives_paying(max(dues))
    if life.line()["outstanding_minor"] > 0:
        raise StoryBroken("what was owed at the closing could not be paid to the end")
    life.treated("closed by two people")
    if life.usability(1_000)["can_buy"]:
        raise StoryBroken("a line closed for good can buy")


STORIES: Final = (
    Story(
        key="too-much",
        causes=(Cause.OVER_SPENDING,),
        name=Said("孙悦", "Sun Yue"),
        happens=Said("冲动消费，给自己设了月度上限", "she buys on impulse, and caps her own month"),
        noticed=NoticedBy.CUSTOMER,
        promise=Promise(
            codes=(ReasonCode.OWN_CAP,),
            effect=Effect.REFUSED,
            notice=None,
            treatment="own cap",
        ),
        play=buys_too_much,
        begins_on_day=21,
    ),
    Story(
        key="full-line",
        causes=(Cause.EXPOSURE, Cause.OVER_SPENDING),
        name=Said("钟山", "Zhong Shan"),
        happens=Said("额度几乎用满", "the line is used nearly to its end"),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.HIGH_UTILIZATION,),
            effect=Effect.WARNED,
            notice="warned",
            treatment="repayment",
            days_to=Within(1, 1),
        ),
        play=is_warned_of_a_full_line,
        begins_on_day=22,
    ),
    Story(
        key="phone-lost",
        causes=(Cause.FURTHER,),
        name=Said("姜波", "Jiang Bo"),
        happens=Said("手机丢了，自己锁定白条", "his phone is lost, and he locks the line"),
        noticed=NoticedBy.CUSTOMER,
        promise=Promise(
            codes=(ReasonCode.OWN_LOCK,),
            effect=Effect.SUSPENDED,
            notice="suspended",
            treatment="unlocked by its owner",
            days_back=Within(2, 2),
        ),
        play=loses_the_phone,
        begins_on_day=23,
    ),
    Story(
        key="consent",
        causes=(Cause.REGULATION,),
        name=Said("魏然", "Wei Ran"),
        happens=Said(
            "撤回个人信息处理同意", "she withdraws her consent under the law on personal data"
        ),
        noticed=NoticedBy.CUSTOMER,
        promise=Promise(
            codes=(ReasonCode.CONSENT,),
            effect=Effect.SUSPENDED,
            notice="suspended",
            treatment="consent given again",
            days_back=Within(3, 3),
        ),
        play=withdraws_consent,
        begins_on_day=24,
    ),
    Story(
        key="closed",
        causes=(Cause.FURTHER,),
        name=Said("姚琳", "Yao Lin"),
        happens=Said(
            "不想再用信用消费，申请关闭", "she wants no credit any more and has the line closed"
        ),
        noticed=NoticedBy.CUSTOMER,
        promise=Promise(
            codes=(ReasonCode.LINE_CLOSED,),
            effect=Effect.CLOSED,
            notice="suspended",
            treatment="closed by two people",
            days_back=None,
        ),
        play=closes_for_good,
        begins_on_day=25,
    ),
)
