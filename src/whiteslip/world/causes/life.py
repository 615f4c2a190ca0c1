"""Living a story: what the person meets, what works meanwhile, and the way back, noted in the row from the records."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import Answer, Caller, StoryBroken
from whiteslip.world.causes.model import Effect, Row, Story, Told
from whiteslip.world.causes.person import Person
from whiteslip.world.causes.sandbox import Sandbox

LEVELS = {
    1: Effect.WARNED,
    2: Effect.ASKED_TO_VERIFY,
    3: Effect.RESTRICTED,
    4: Effect.SUSPENDED,
    5: Effect.CLOSED,
}
ROUNDS = 6
"""How often a person looks up the way back before the story is broken."""

_YUAN = 100


class Life(Person):
    """A person living their story; `row` is what the records give of the story."""

    def __init__(self, town: Sandbox, story: Story) -> None:
        super().__init__(town, story)
        self.row = Row(story=story)

    # What goes into the row.

    def first_sign(self, on: date | None = None) -> None:
        """Note the day of the first sign of the cause, by a record or today."""
        self.row.sign_on = on or self.today

    def treated(self, how: str) -> None:
        """Note how the person was treated."""
        if how not in self.row.treatments:
            self.row.treatments.append(how)

    def meets(
        self,
        effect: Effect,
        codes: Iterable[str],
        since_on: date,
        *,
        kinds: tuple[str, ...] = (),
    ) -> None:
        """Note what the person met, and the newest notice of these kinds about it."""
        self.row.effect = effect
        self.row.codes = tuple(str(code) for code in codes)
        self.seen.update(self.row.codes)
        self.row.since_on = since_on
        if self.row.sign_on is None:
            self.row.sign_on = since_on
        if kinds:
            self.row.notice = self.told_last(*kinds)

    def told_last(self, *kinds: str) -> Told | None:
        """Find the newest notice of some kinds."""
        return next((one for one in reversed(self.notices()) if one.kind in kinds), None)

    def meets_restriction(self, code: ReasonCode) -> dict[str, Any]:
        """Meet a restriction that stands for a reason; its notice is the one written with it."""
        found = self.standing(code)
        if found is None:
            raise StoryBroken(f"nothing restricts for {code}: {self.restrictions()}")
        codes = [reason["code"] for reason in found["reasons"]]
        self.meets(LEVELS[found["level"]], codes, date.fromisoformat(found["since_on"]))
        texts = found["notice"]
        told = [
            one
            for one in self.notices()
            if (one.text_zh, one.text_en) == (texts["zh"], texts["en"])
        ]
        self.row.notice = told[-1] if told else None
        return found

    def meets_answer(self, answer: Mapping[str, Any]) -> None:
        """Meet the answer to a purchase that is not an approval."""
        if answer["status"] == "authorized":
            raise StoryBroken("a purchase was approved that the story expects to be refused")
        effect = Effect.REFUSED
        if answer["status"] == "referred":
            verify = answer["needs"] == "verification"
            effect = Effect.ASKED_TO_VERIFY if verify else Effect.LEFT_FOR_REVIEW
        self.meets(effect, [reason["code"] for reason in answer["reasons"]], self.today)
        self.row.worked.extend(answer["still_works"])

    def what_works(self, restriction: Mapping[str, Any] | None = None) -> None:
        """Try what must work whatever stands: repaying, statements, and an appeal, which is withdrawn again."""
        if self.line()["outstanding_minor"] > 0:
            self.pays(_YUAN)
            self.row.worked.append("repayment")
        self.statements()
        self.row.worked.append("statements")
        if restriction is not None:
            appeal = self.appeals(restriction["restriction_id"])
            self.town.app.post(f"/appeals/{appeal}/withdraw")
            self.row.worked.append("appeal")

    def must_be_refused(self, answer: Mapping[str, Any], code: ReasonCode) -> None:
        """Check that a purchase was declined, for a reason among others."""
        codes = [reason["code"] for reason in answer.get("reasons", ())]
        if answer["status"] != "declined" or code not in codes:
            raise StoryBroken(f"a purchase was {answer['status']} for {codes}, not for {code}")

    # Limits.

    def meets_cut(self) -> Generator[date]:
        """Wait until the newest cut holds, and meet it."""
        review = self.newest_review()
        if review["effective_on"] is None:
            raise StoryBroken(f"the cut has no day: {review}")
        effective_on = date.fromisoformat(review["effective_on"])
        if effective_on > self.today:
            yield effective_on
        review = self.newest_review()
        if review["state"] != "applied":
            raise StoryBroken(f"the cut is {review['state']} on its day")
        codes = [reason["code"] for reason in review["reasons"]]
        self.meets(Effect.LIMIT_CUT, codes, effective_on, kinds=("limit_cut",))

    # Relief.

    def asks_relief(self, **terms: Any) -> None:
        """Propose another way to pay; within the table it runs at once."""
        made = self.town.app.post(f"/lines/{self.line_id}/reliefs", terms)
        if made["status"] != "running":
            raise StoryBroken(f"the relief is {made['status']}")
        self.treated(f"relief: {terms['form']}")
        self.row.steps.append("agree on relief")

    def keeps_relief(self, *, buying: int) -> Generator[date]:
        """Follow the way back, and pay every part of the relief on its day."""
        yield from self.comes_back(buying, is_verified=True)
        dues = [date.fromisoformat(due["due_on"]) for due in self.reliefs()[0]["dues"]]
        yield from self.lives_paying(dues[-1])
        yield self.today + timedelta(days=1)
        status = self.reliefs()[0]["status"]
        if status != "kept":
            raise StoryBroken(f"the relief is {status}, though every part was paid on its day")

    def pays_and_buys(self, amount_minor: int) -> Generator[date]:
        """Pay what is billed, buy again, and live until the next bill."""
        self.pays_what_is_due()
        self.buys(amount_minor, is_verified=True)
        yield self.next_bill_on()

    # The way back.

    def comes_back(self, amount_minor: int, **more: Any) -> Generator[date]:
        """Follow the way back exactly as it is said, until the line may buy; then buy."""
        for _ in range(ROUNDS):
            seen = self.usability(amount_minor)
            if seen["can_buy"]:
                break
            steps = seen["way_back"]["steps"]
            if not steps:
                raise StoryBroken(f"no way back is said: {seen}")
            for step in steps:
                self.row.steps.append(_step(step))
                yield from self._takes(step)
        self.buys_again(amount_minor, **more)

    def buys_again(self, amount_minor: int, **more: Any) -> None:
        """Buy, which must succeed: the person is back on the day of the purchase's record."""
        self.buys(amount_minor, **more)
        shown = self.town.shop.ask("GET", f"/purchases/{self.last_purchase}")
        if shown.status == 404:
            shown = self.town.other_shop.ask("GET", f"/purchases/{self.last_purchase}")
        if shown.body["status"] not in ("captured", "authorized"):
            raise StoryBroken(f"the purchase after the way back is {shown.body['status']}")
        self.row.back_on = self.today

    def _takes(self, step: Mapping[str, Any]) -> Generator[date]:
        match step["does"]:
            case "pay":
                self.pays(step["amount_minor"])
                self.treated("repayment")
            case "wait":
                yield from self.lives_paying(date.fromisoformat(step["until_on"]))
            case "verify":
                self.verifies()
            case "consent":
                self.says_consent(is_given=True)
            case "unlock":
                self.unlocks()
            case _:
                yield from self.asks_people()

    def verifies(self) -> dict[str, Any]:
        """Show who one is."""
        path = f"/customers/{self.customer_id}/verifications"
        self.treated("verification")
        return self.town.app.post(path, {"method": "face"})

    def shows_who(self, amount_minor: int, **more: Any) -> Generator[date]:
        """Pass the second factor the shop asks for, and buy the same thing the same day."""
        self.row.steps.append("verify")
        self.treated("verification")
        self.buys_again(amount_minor, is_verified=True, **more)
        yield self.today

    def asks_people(self, *, by: Caller | None = None) -> Generator[date]:
        """Appeal against what stands; on the next day somebody who had no part in it decides for the person."""
        found = self.standing()
        if found is None:
            raise StoryBroken("there is nothing to appeal against")
        appeal = self.appeals(found["restriction_id"])
        yield self.today + timedelta(days=1)
        self.decides(by or self.town.bo, appeal)
        self.treated("appeal")

    def decides(self, who: Caller, appeal: str, outcome: str = "overturned") -> None:
        """Let a reviewer take an appeal's case and decide it."""
        case = self.case_of(appeal)
        who.post(f"/reviews/{case}/take")
        ruling = {
            "outcome": outcome,
            "answer": "我们重新核实后作出了决定，感谢您的耐心。",
            "note": "looked at again with the documents shown",
            "label": "false_positive" if outcome == "overturned" else "true_positive",
        }
        who.post(f"/appeals/{appeal}/decide", ruling)

    def case_of(self, appeal: str) -> str:
        """Find the case an appeal lies in."""
        queue = self.town.bo.get("/reviews", limit=100)["items"]
        for one in queue:
            if one["customer_id"] == self.customer_id and one["kind"] in (
                "appeal",
                "human_decision",
            ):
                return one["id"]
        raise StoryBroken(f"no case is open for the appeal {appeal}")

    def is_decided(self, who: Caller, kind: str, outcome: str) -> None:
        """Let a reviewer take the person's case of a kind and decide it."""
        for one in who.get("/reviews", kind=kind, limit=100)["items"]:
            if one["customer_id"] == self.customer_id:
                who.post(f"/reviews/{one['id']}/take")
                body = {"outcome": outcome, "note": "seen with the person's papers"}
                who.post(f"/reviews/{one['id']}/decide", body | {"label": "false_positive"})
                return
        raise StoryBroken(f"no case of kind {kind} is open")

    def ends(self) -> None:
        """Gather every reason the person was told in the course of the story."""
        if self.customer_id:
            for notice in self.notices():
                self.seen.update(notice.codes)
        if self.line_id:
            for one in self.restrictions():
                self.sees(one["reasons"])
        self.row.seen = self.seen


def problem_of(answer: Answer) -> str:
    """Name the problem an answer is."""
    return "" if answer.body is None else str(answer.body["code"])


def _step(step: Mapping[str, Any]) -> str:
    if step["amount_minor"] is not None:
        return f"{step['does']} {step['amount_minor'] / _YUAN:.2f}"
    if step["until_on"] is not None:
        return f"{step['does']} until {step['until_on']}"
    return str(step["does"])
