"""A person of the stories: what they can do through the API, and what the records say of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import date
from typing import Any

from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import Caller, StoryBroken
from whiteslip.world.causes.model import Story, Told
from whiteslip.world.causes.sandbox import Sandbox

OVER = ("lifted", "dismissed")


class Person:
    """The person of a story; `seen` are the codes of all reasons they were ever told."""

    def __init__(self, town: Sandbox, story: Story) -> None:
        self.town = town
        self.story = story
        self.seen: set[str] = set()
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
        self.sees(answer.get("reasons", ()))
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

    def debit_is_refused(self, due_on: date, amount_minor: int, reference: str) -> None:
        """Let the bank refuse a debit and report it."""
        body = {
            "amount_minor": amount_minor,
            "due_on": due_on.isoformat(),
            "failure": "account_closed",
            "reference": reference,
        }
        self.town.operator.post(f"/lines/{self.line_id}/failed-debits", body)

    def says_why(self, cause: str, words: str) -> dict[str, Any]:
        """Say why a due was missed, in one's own words."""
        body = {"cause": cause, "words": words}
        return self.town.app.post(f"/lines/{self.line_id}/causes", body)

    def says_consent(self, *, is_given: bool) -> None:
        """Give or withdraw the consent the service cannot do without."""
        body = {
            "purpose": "service",
            "recipient": "whiteslip",
            "is_given": is_given,
            "said_at": self.town.clock.now().isoformat(),
        }
        self.town.app.post(f"/customers/{self.customer_id}/consents", body)

    def unlocks(self) -> None:
        """Unlock one's own line after a second factor."""
        body = {"locked": False, "is_verified": True}
        self.town.app.post(f"/lines/{self.line_id}/lock", body)

    def appeals(self, about: str, text: str = "我认为这个决定有误，请人工复核。") -> str:
        """Appeal against a decision; returns the appeal."""
        body = {"about": about, "text": text, "wants": "恢复使用"}
        return self.town.app.post("/appeals", body)["id"]

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
        self.sees(seen["reasons"])
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

    def reviews_of(self, direction: str) -> list[dict[str, Any]]:
        """List the line's limit reviews in a direction, the newest first."""
        reviews = self.town.app.get(f"/lines/{self.line_id}/limits")["reviews"]
        return [one for one in reviews if one["direction"] in (direction, "person")]

    def was_reviewed_today(self) -> bool:
        """Tell whether the line's turn came this day: it is reviewed once a day, whoever asks."""
        reviews = self.town.app.get(f"/lines/{self.line_id}/limits")["reviews"]
        return any(one["reviewed_on"] == self.today.isoformat() for one in reviews)

    def is_spared_a_cut(self) -> None:
        """Be told to earn little while a relief runs: a review leaves the limit as it is, and says why."""
        facts = {"income_monthly_minor": 400_000, "repayments_elsewhere_monthly_minor": 240_000}
        self.town.is_told(self.customer_id, "employer", **facts)
        self.town.review_limit(self.line_id, by="Anna")
        review = self.town.app.get(f"/lines/{self.line_id}/limits")["reviews"][0]
        self.sees(review["reasons"])
        codes = [reason["code"] for reason in review["reasons"]]
        if review["direction"] != "keep" or ReasonCode.ON_RELIEF not in codes:
            raise StoryBroken(f"while a relief runs the limit is {review['direction']} for {codes}")

    def newest_review(self) -> dict[str, Any]:
        """Show the newest review that cuts, or asks a person whether to."""
        found = self.reviews_of("cut")
        if not found:
            raise StoryBroken("the limit was not reviewed down")
        return found[0]

    def reliefs(self) -> list[dict[str, Any]]:
        """List the line's reliefs, the newest first."""
        return self.town.app.get(f"/lines/{self.line_id}/reliefs")["reliefs"]

    def sees(self, reasons: Iterable[Mapping[str, Any]]) -> None:
        """Note the codes of reasons that were told."""
        self.seen.update(reason["code"] for reason in reasons)
