"""The desk of money: what moved by account, the days that were closed, and the movements behind each sum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from whiteslip.infra import business_day
from whiteslip.views import closings, desks
from whiteslip.web import pictures
from whiteslip.web.rights import Role, staff
from whiteslip.web.sheet import Figure, Section, badge
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("money")
MONEY = staff(Role.MONEY)
DAYS_SHOWN, SLOWEST, LONGEST_DAYS = 30, 8, 400
SUSPENSE: Final = frozenset({"imported_clearing", "opening_equity", "suspense"})
"""Accounts that stand for what somebody has yet to explain: an amount left in them is in suspense."""


class Span(Struct, frozen=True):
    """Which days to look at; the last closed one unless it is said."""

    since: date | None = None
    until: date | None = None


@routes.page("/desk/money", sees=MONEY, nav="money", order=50)
def show_balance(visit: Visit) -> Answer:
    """Show by account and by kind what was posted in some days; debits equal credits, to the cent."""
    speak, day = visit.speak, business_day.read(visit.db)
    asked = visit.asked(Span)
    until = asked.until or day.closed_on
    since = max(asked.since or until, until - timedelta(days=LONGEST_DAYS))
    accounts = desks.moves_by_account(visit.db, since=since, until=until)
    kinds = desks.moves_by_kind(visit.db, since=since, until=until)
    debits = sum(one.debit_minor for one in accounts)
    credited = sum(one.credit_minor for one in accounts)
    suspense = [one for one in accounts if one.account in SUSPENSE]
    left = sum(one.debit_minor - one.credit_minor for one in suspense)
    equal = badge(speak.say("money.equal"), "good") if debits == credited else badge("≠", "bad")
    rows = [
        [
            speak.name("account", one.account),
            speak.amount(one.debit_minor),
            speak.amount(one.credit_minor),
            speak.amount(one.debit_minor - one.credit_minor),
            speak.number(one.movements),
        ]
        for one in accounts
    ]
    if rows:
        rows.append(
            [speak.say("money.together"), speak.amount(debits), speak.amount(credited), equal, ""]
        )
    by_kind = [
        [
            speak.name("movement", one.kind),
            speak.name("account", one.debit),
            speak.name("account", one.credit),
            speak.amount(one.amount_minor),
            speak.number(one.movements),
        ]
        for one in kinds
    ]
    head = [speak.say(f"money.{key}") for key in ("account", "debit", "credit", "net", "count")]
    kind_head = [
        speak.say(f"money.{key}") for key in ("kind", "debited", "credited", "amount", "count")
    ]
    return visit.show(
        "money/balance.html",
        title=speak.say("money.title"),
        since=since,
        until=until,
        figures=[
            Figure(speak.say("money.debit"), speak.whole(debits)),
            Figure(speak.say("money.credit"), speak.whole(credited)),
            Figure(
                speak.say("money.difference"),
                speak.amount(debits - credited),
                tone="bad" if debits != credited else "good",
            ),
            Figure(
                speak.say("money.suspense"), speak.amount(left), speak.say("money.suspense_note")
            ),
        ],
        sections=[
            Section(
                speak.say("money.by_account"),
                head,
                rows,
                numbers=range(1, 5),
                nothing=speak.say("money.nothing"),
            ),
            Section(
                speak.say("money.by_kind"),
                kind_head,
                by_kind,
                numbers=(3, 4),
                nothing=speak.say("money.nothing"),
            ),
        ],
    )


@routes.page("/desk/money/days", sees=MONEY, nav="days", order=51)
def show_days(visit: Visit) -> Answer:
    """Show the days that were closed, how long each took, and the slowest steps of the last."""
    speak = visit.speak
    reports = closings.latest(visit.db, most=DAYS_SHOWN)
    rows = [
        [
            speak.day(one.business_date),
            speak.instant(one.finished_at),
            f"{one.seconds:.2f} s",
            speak.number(sum(one.rows.values())),
        ]
        for one in reports
    ]
    steps: list[list[str]] = []
    drawn = None
    if reports:
        last = reports[0]
        slowest = sorted(last.step_ms.items(), key=lambda pair: -pair[1])
        steps = [
            [speak.name("steps", name), f"{spent:,.0f} ms", speak.number(last.rows.get(name, 0))]
            for name, spent in slowest
        ]
        ordered = list(reversed(reports))
        drawn = pictures.lines(
            speak.say("money.seconds"),
            [speak.short_day(one.business_date) for one in ordered],
            {speak.say("money.seconds"): [one.seconds for one in ordered]},
        )
    return visit.show(
        "desk/sheet.html",
        title=speak.say("money.days"),
        lead=speak.say("money.days_lead"),
        sections=[
            Section(
                speak.say("money.closed"),
                [speak.say(f"money.{key}") for key in ("day", "finished", "took", "rows")],
                rows,
                numbers=(2, 3),
                picture=drawn,
                nothing=speak.say("money.no_day"),
            ),
            Section(
                speak.say("money.steps"),
                [speak.say(f"money.{key}") for key in ("step", "took", "rows")],
                steps,
                numbers=(1, 2),
                nothing=speak.say("money.no_day"),
            ),
        ],
    )
