"""The desk of operations: is everything well, what waits, what failed, and who did what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from whiteslip.infra import business_day
from whiteslip.infra.accounts import keeping
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import desks, undelivered
from whiteslip.web.rendering import Speaker
from whiteslip.web.rights import Role, staff
from whiteslip.web.sheet import Cell, Figure, Section, badge
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("operations")
OPERATIONS = staff(Role.OPERATIONS)
FAILED_SHOWN, EVENTS_SHOWN = 50, 200
LANES = ("checkouts", "after_sale", "incoming", "management")


@routes.page("/desk/operations", sees=OPERATIONS, nav="operations", order=60)
def show_health(visit: Visit) -> Answer:
    """Show whether the database, the lanes, outside parties and the nightly jobs are well."""
    speak = visit.speak
    found = desks.plumbing(visit.db)
    day = business_day.read(visit.db)
    waiting = undelivered.count_waiting(visit.db, at=visit.at)
    failed = undelivered.count_failed(visit.db, since=visit.at - timedelta(days=1))
    runtime = visit.visitor.runtime
    well, ill = (
        badge(speak.say("operations.well"), "good"),
        badge(speak.say("operations.ill"), "bad"),
    )
    lanes: list[list[Cell]] = [
        [speak.name("lane", name), ill if runtime.lane(name).is_full else well] for name in LANES
    ]
    return visit.show(
        "desk/sheet.html",
        title=speak.say("operations.title"),
        lead=speak.say("operations.lead"),
        figures=[
            Figure(speak.say("operations.date"), speak.day(day.current_on)),
            Figure(
                speak.say("operations.outbox"),
                speak.number(found.outbox),
                "" if found.outbox_since is None else speak.instant(found.outbox_since),
                tone="warn" if found.outbox else "good",
            ),
            Figure(speak.say("operations.messages"), speak.number(waiting.messages)),
            Figure(
                speak.say("operations.failed"),
                speak.number(failed),
                href=speak.link("/desk/operations/failed"),
                tone="bad" if failed else "good",
            ),
        ],
        sections=[
            Section(
                speak.say("operations.parties"),
                [speak.say(f"operations.{key}") for key in ("party", "state", "since")],
                _parties(speak, runtime.outside),
                nothing=speak.say("operations.no_party"),
            ),
            Section(
                speak.say("operations.lanes"),
                [speak.say("operations.lane"), speak.say("operations.state")],
                lanes,
            ),
            Section(
                speak.say("operations.jobs"),
                [
                    speak.say("operations.job"),
                    speak.say("operations.last"),
                    speak.say("operations.state"),
                ],
                _jobs(speak, found, day.closed_on),
            ),
        ],
    )


@routes.page("/desk/operations/failed", sees=OPERATIONS, nav="failed", order=61)
def show_failed(visit: Visit) -> Answer:
    """Show the messages that were given up; each of them stands in the app all the same."""
    speak = visit.speak
    rows = [
        [
            speak.instant(one.finished_at),
            visit.speak.name("notice", one.kind),
            visit.speak.name("channel", one.channel),
            one.why,
        ]
        for one in desks.failed_messages(visit.db, most=FAILED_SHOWN)
    ]
    head = [speak.say(f"operations.{key}") for key in ("when", "what", "channel", "why")]
    return visit.show(
        "desk/sheet.html",
        title=speak.say("operations.failed_title"),
        lead=speak.say("operations.failed_lead"),
        sections=[
            Section(
                speak.say("operations.given_up"),
                head,
                rows,
                nothing=speak.say("operations.none_failed"),
            )
        ],
    )


@routes.page("/desk/operations/audit", sees=OPERATIONS, nav="audit", order=62)
def show_audit(visit: Visit) -> Answer:
    """Show what people did through the pages, the latest first."""
    speak = visit.speak
    found = keeping.list_account_events(visit.db, before=MAX_ID, limit=EVENTS_SHOWN)
    rows = [
        [
            speak.instant(one.happened_at),
            one.actor,
            speak.name("account_event", one.kind),
            one.detail,
            one.address,
        ]
        for one in found
    ]
    head = [speak.say(f"operations.{key}") for key in ("when", "who", "what", "where", "from")]
    return visit.show(
        "desk/sheet.html",
        title=speak.say("operations.audit"),
        sections=[Section(speak.say("operations.acts"), head, rows)],
    )


def _parties(speak: Speaker, outside: tuple[Any, ...]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for each in outside:
        standing = each.standing
        silent = standing.silent_since
        tone = "good" if standing.state == "answers" else "bad"
        rows.append(
            [
                speak.name("party", standing.party),
                badge(speak.name("party_state", standing.state), tone),
                "–" if silent is None else speak.instant(silent),
            ]
        )
    return rows


def _jobs(speak: Speaker, found: desks.Plumbing, closed_on: date) -> list[list[Cell]]:
    jobs = {
        "network": found.woven_on,
        "signs": found.seen_on,
        "indicators": found.evaluated_on,
        "liquidity": found.forecast_on,
    }
    rows: list[list[Cell]] = [
        [
            speak.say("operations.job_day"),
            speak.day(closed_on),
            badge(speak.say("operations.well"), "good"),
        ]
    ]
    for name, on in jobs.items():
        is_old = on is None or on < closed_on
        state = badge(
            speak.say("operations.old" if is_old else "operations.well"),
            "warn" if is_old else "good",
        )
        rows.append(
            [speak.say(f"operations.job_{name}"), "–" if on is None else speak.day(on), state]
        )
    return rows
