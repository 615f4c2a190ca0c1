"""A person living a story: what they can do through the API, and what the platform's records say of it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import Answer, Caller, StoryBroken
from whiteslip.world.causes.model import Effect, Row, Story, Told
from whiteslip.world.causes.sandbox import Sandbox

LEVELS = {
    1: Effect.WARNED,
    2: Effect.ASKED_TO_VERIFY,
    3: Effect.RESTRICTED,
    4: Effect.SUSPENDED,
    5: Effect.CLOSED,
}
OVER = ("lifted", "dismissed")
ROUNDS = 6
"""How often a person looks up the way back before the story is broken."""

_YUAN = 100


class Life:
    """A story's person; `row` is what the records give of the story."""

    def __init__(self, town: Sandbox, story: Story) -> None:
        self.town = town
        self.story = story
        self.row = Row(story=story)
        self.customer_id = ""
        self.line_id = ""
        self.last_purchase = ""
        self._orders = 0

    @property
    def today(self) -> date:
        """The book's business date."""
        return self.town.today

    # What the person does.

    def joins(self, limit_minor: int = 500_000, *, statement_day: int = 5) -> None:
        """Become a customer with a line."""
        person = {"reference": f"story-{self.story.key}", "display_name": self.story.name.zh}
        self.customer_id = self.town.operator.post("/customers", person)["id"]
        self.gets_line(limit_minor, statement_day=statement_day)

    def gets_line(self, limit_minor: int, *, statement_day: int = 5) -> None:
        """Have a line opened."""
        line = {
            "customer_id": self.customer_id,
            "fixed_limit_minor": limit_minor,
            "statement_day": statement_day,
        }
        self.line_id = self.town.operator.post("/lines", line)["id"]

    def asks_to_buy(
        self, amount_minor: int, *, months: int = 0, shop: Caller | None = None, **more: Any
    ) -> dict[str, Any]:
        """Ask for a purchase; whatever is answered, its reasons are seen."""
        body = self.order(amount_minor, months=months, **more)
        answer: dict[str, Any] = (shop or self.town.shop).post("/purchases", body)
        self.town.minutes_pass()
        self._see(answer.get("reasons", ()))
        return answer

    def order(self, amount_minor: int, *, months: int = 0, **more: Any) -> dict[str, Any]:
        """Write an order."""
        self._orders += 1
        ref = f"{self.story.key}-{self._orders}"
        return {
            "line_id": self.line_id,
            "amount_minor": amount_minor,
            "order_ref": ref,
            "plan_months": months,
            **more,
        }

    def buys(self, amount_minor: int, **more: Any) -> dict[str, Any]:
        """Buy, which must succeed, and have the goods sent."""
        shop: Caller = more.get("shop") or self.town.shop
        answer = self.asks_to_buy(amount_minor, **more)
        if answer["status"] != "authorized":
            raise StoryBroken(f"a purchase of {amount_minor} was {answer['status']}: {answer}")
        self.last_purchase = answer["purchase_id"]
        shop.post(f"/purchases/{self.last_purchase}/capture", {"final": True})
        return answer

    def pays(self, amount_minor: int) -> dict[str, Any]:
        """Repay."""
        body = {"line_id": self.line_id, "amount_minor": amount_minor, "method": "bank"}
        answer: dict[str, Any] = self.town.operator.post("/repayments", body)
        return answer

    def pays_what_is_due(self) -> None:
        """Repay every installment billed by now."""
        owed = sum(
            one["owed_minor"]
            for one in self.installments()
            if date.fromisoformat(one["statement_on"]) <= self.today
        )
        if owed:
            self.pays(owed)

    def pays_dues(self) -> None:
        """Repay every installment due by now."""
        owed = sum(
            one["owed_minor"]
            for one in self.installments()
            if date.fromisoformat(one["due_on"]) <= self.today
        )
        if owed:
            self.pays(owed)

    def lives_paying(self, until: date) -> Generator[date]:
        """Live until a day, and pay each due on its day."""
        while True:
            self.pays_dues()
            if self.today >= until:
                return
            dues = [date.fromisoformat(one["due_on"]) for one in self.installments()]
            later = [on for on in dues if on > self.today]
            yield min([until, self.next_bill_on(), *later])

    # What the records say.

    def line(self) -> dict[str, Any]:
        """Show the line."""
        return self.town.operator.get(f"/lines/{self.line_id}")

    def installments(self) -> list[dict[str, Any]]:
        """List what is owed."""
        return self.town.operator.get(f"/lines/{self.line_id}/installments")["installments"]

    def statements(self) -> list[dict[str, Any]]:
        """List the statements, the newest first."""
        return self.town.operator.get(f"/lines/{self.line_id}/statements")["statements"]

    def next_bill_on(self) -> date:
        """Tell the day of the next statement."""
        return date.fromisoformat(self.line()["next_statement_on"])

    def due_on(self) -> date:
        """Tell when the newest statement is due."""
        return date.fromisoformat(self.statements()[0]["due_on"])

    def usability(self, amount_minor: int | None = None, **more: Any) -> dict[str, Any]:
        """Ask whether and why not the line can be used."""
        seen: dict[str, Any] = self.town.app.get(
            f"/lines/{self.line_id}/usability", amount_minor=amount_minor, **more
        )
        self._see(seen["reasons"])
        return seen

    def restrictions(self) -> list[dict[str, Any]]:
        """List the line's restrictions."""
        return self.town.app.get(f"/lines/{self.line_id}/restrictions")["restrictions"]

    def standing(
        self, code: ReasonCode | None = None, *, least_level: int = 1
    ) -> dict[str, Any] | None:
        """Find the strictest restriction that stands, for a reason if one is named."""
        found = [
            one
            for one in self.restrictions()
            if one["state"] not in OVER
            and one["level"] >= least_level
            and (code is None or code in [reason["code"] for reason in one["reasons"]])
        ]
        return max(found, key=lambda one: one["level"], default=None)

    def exported(self, table: str) -> list[dict[str, Any]]:
        """Read what is held on the person in a table, as they may themselves."""
        held = self.town.app.get(f"/customers/{self.customer_id}/export")["tables"]
        return held.get(table, [])

    def notices(self) -> list[Told]:
        """List what the person was told, in order."""
        rows = sorted(self.exported("care.notice"), key=lambda row: row["notice_id"])
        return [
            Told(
                row["kind"],
                date.fromisoformat(row["noticed_on"]),
                tuple(reason["code"] for reason in row["reasons"]),
                row["text_zh"],
                row["text_en"],
            )
            for row in rows
        ]

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
        self.row.seen.update(self.row.codes)
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
            one for one in self.notices() if (one.text_zh, one.text_en) == (texts["zh"], texts["en"])
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

    def appeals(self, about: str, text: str = "我认为这个决定有误，请人工复核。") -> str:
        """Appeal against a decision; returns the appeal."""
        body = {"about": about, "text": text, "wants": "恢复使用"}
        return self.town.app.post("/appeals", body)["id"]

    def must_be_refused(self, answer: Mapping[str, Any], code: ReasonCode) -> None:
        """Check that a purchase was declined, for a reason among others."""
        codes = [reason["code"] for reason in answer.get("reasons", ())]
        if answer["status"] != "declined" or code not in codes:
            raise StoryBroken(f"a purchase was {answer['status']} for {codes}, not for {code}")

    # Limits.

    def reviews_of(self, direction: str) -> list[dict[str, Any]]:
        """List the line's limit reviews in a direction, the newest first."""
        reviews = self.town.app.get(f"/lines/{self.line_id}/limits")["reviews"]
        return [one for one in reviews if one["direction"] in (direction, "person")]

    def newest_review(self) -> dict[str, Any]:
        """Show the newest review that cuts, or asks a person whether to."""
        found = self.reviews_of("cut")
        if not found:
            raise StoryBroken("the limit was not reviewed down")
        return found[0]

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

    def says_why(self, cause: str, words: str) -> dict[str, Any]:
        """Say why a due was missed, in one's own words."""
        body = {"cause": cause, "words": words}
        return self.town.app.post(f"/lines/{self.line_id}/causes", body)

    def reliefs(self) -> list[dict[str, Any]]:
        """List the line's reliefs, the newest first."""
        return self.town.app.get(f"/lines/{self.line_id}/reliefs")["reliefs"]

    def asks_relief(self, **terms: Any) -> None:
        """Propose another way to pay; within the table it runs at once."""
        made = self.town.app.post(f"/lines/{self.line_id}/reliefs", terms)
        if made["status"] != "running":
            raise StoryBroken(f"the relief is {made['status']}")
        self.treated(f"relief: {terms['form']}")

    def keeps_relief(self, *, buying: int, parts: int | None = None) -> Generator[date]:
        """Follow the way back, and pay the parts of the relief on their days: all of them, or the first few."""
        yield from self.comes_back(buying)
        dues = [date.fromisoformat(due["due_on"]) for due in self.reliefs()[0]["dues"]]
        yield from self.lives_paying(dues[:parts][-1])
        yield self.today + timedelta(days=1)
        status = self.reliefs()[0]["status"]
        if status != ("running" if parts else "kept"):
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
            case "unlock" if self.standing(ReasonCode.CONSENT):
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

    def unlocks(self) -> None:
        """Unlock one's own line after a second factor."""
        body = {"locked": False, "is_verified": True}
        self.town.app.post(f"/lines/{self.line_id}/lock", body)

    def says_consent(self, *, is_given: bool) -> None:
        """Give or withdraw the consent the service cannot do without."""
        body = {
            "purpose": "service",
            "recipient": "whiteslip",
            "is_given": is_given,
            "said_at": self.town.clock.now().isoformat(),
        }
        self.town.app.post(f"/customers/{self.customer_id}/consents", body)

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
            if one["customer_id"] == self.customer_id and one["kind"] in ("appeal", "human_decision"):
                return one["id"]
        raise StoryBroken(f"no case is open for the appeal {appeal}")

    def decides_case(self, who: Caller, kind: str, outcome: str) -> None:
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
        if not self.customer_id:
            return
        for notice in self.notices():
            self.row.seen.update(notice.codes)
        if self.line_id:
            for one in self.restrictions():
                self._see(one["reasons"])

    def _see(self, reasons: Iterable[Mapping[str, Any]]) -> None:
        self.row.seen.update(reason["code"] for reason in reasons)


def problem_of(answer: Answer) -> str:
    """Name the problem an answer is."""
    return str(answer.body.get("code")) if isinstance(answer.body, dict) else ""


def _step(step: Mapping[str, Any]) -> str:
    if step["amount_minor"] is not None:
        return f"{step['does']} {step['amount_minor'] / _YUAN:.2f}"
    if step["until_on"] is not None:
        return f"{step['does']} until {step['until_on']}"
    return str(step["does"])
