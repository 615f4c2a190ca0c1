"""The desk of risk, what it sees coming: segments and what is done about them, models, rings, and runs that wait."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from markupsafe import Markup

from whiteslip.flows import publish_model as publishing
from whiteslip.flows.govern_runs import release_run, undo_run
from whiteslip.flows.judge_segments import Proposal, propose_tightenings
from whiteslip.flows.tighten_segments import Command, Direction, Saying, say_of_tightenings
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, only
from whiteslip.risk.runs.model import Run
from whiteslip.views import rings, runs
from whiteslip.views import segments as views
from whiteslip.web import ring_picture
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Line, Note
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.ring_picture import Account, Thing
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("risk")
RISK = staff(Role.RISK)
REVIEWING = staff(Role.RISK, Role.REVIEWS)
SEGMENTS, MODELS, RINGS, RUNS = (
    "/desk/risk/segments",
    "/desk/risk/models",
    "/desk/risk/rings",
    "/desk/risk/runs",
)
LATEST = 30


class Proposed(Form, frozen=True):
    """What is proposed for a segment, and why."""

    direction: Literal["tighten", "loosen"]
    note: Note


class Said(Form, frozen=True):
    """What a person says of a proposal."""

    command: Literal["release", "dismiss", "ask_end", "lift", "keep", "undo"]
    direction: Literal["tighten", "loosen"]
    note: Note


class ModelStep(Form, frozen=True):
    """What is done with a version of a model."""

    name: Line
    version: int
    step: Literal["approve", "release", "retire"]


class RunSaid(Form, frozen=True):
    """What is done with a run that waits."""

    book: Line
    version: int
    on: date
    command: Literal["release", "undo"]
    note: Note


@routes.page(SEGMENTS, sees=RISK, nav="segments", order=21)
def show_segments(visit: Visit) -> Answer:
    """Show how segments stand to their control limits, and what was done about them."""
    done = [
        *views.latest(visit.db, most=LATEST),
        *views.latest(visit.db, most=LATEST, direction=Direction.LOOSEN),
    ]
    return visit.show("risk/segments.html", segments=views.standing(visit.db), done=done)


@routes.form(
    f"{SEGMENTS}/{{segment}}", Proposed, sees=RISK, owner=Owner.NOBODY, again=show_segments
)
def propose(act: Acting, form: Proposed) -> Done:
    """Propose to tighten or loosen a segment; two others release it."""
    wanted = Proposal(act.text("segment"), act.actor, form.note, Direction(form.direction))
    done = only(propose_tightenings(act.db, [wanted], at=act.at))
    return Done(SEGMENTS, "segments.proposed", {"lines": str(done.touched)})


@routes.form(
    f"{SEGMENTS}/said/{{number}}", Said, sees=RISK, owner=Owner.NOBODY, again=show_segments
)
def say(act: Acting, form: Said) -> Done:
    """Release, dismiss, end or undo what was proposed; what two people must say happens with the second."""
    direction = Direction(form.direction)
    request = Saying(_number(act), Command(form.command), act.actor, form.note, direction)
    done = only(say_of_tightenings(act.db, [request], at=act.at))
    if done.missing:
        return Done(SEGMENTS, "segments.one_more", {"missing": str(done.missing)})
    return Done(SEGMENTS, "segments.moved", {"moved": str(done.moved)})


@routes.page(MODELS, sees=RISK, nav="models", order=22)
def show_models(visit: Visit) -> Answer:
    """Show the registered models, where each version stands, and what it was measured at."""
    return visit.show("risk/models.html", entries=publishing.entries(visit.db))


@routes.form(MODELS, ModelStep, sees=RISK, again=show_models)
def step_model(act: Acting, form: ModelStep) -> Done:
    """Approve, release or retire a version; who drafted it does not approve it."""
    steps = {
        "approve": publishing.approve,
        "release": publishing.release,
        "retire": publishing.retire,
    }
    entry = steps[form.step](act.db, form.name, form.version, by=act.actor, at=act.at)
    return Done(MODELS, "models.moved", {"name": entry.name, "version": str(entry.version)})


@routes.page(RINGS, sees=REVIEWING, nav="rings", order=23)
def list_rings(visit: Visit) -> Answer:
    """List the rings the network found, the latest first."""
    return visit.show("risk/rings.html", rings=rings.latest(visit.db, most=50))


@routes.page(f"{RINGS}/{{rng}}", sees=REVIEWING, owner=Owner.NOBODY)
def show_ring(visit: Visit) -> Answer:
    """Show a ring as a picture, with its evidence and what was asked for its members."""
    owned = visit.owned("rng")
    ring = rings.find(visit.db, *owned)
    if ring is None:
        raise NotFound("there is no such ring")
    accounts = [
        Account(ids.write("cus", one["customer_id"]), one["is_bad"])
        for one in ring.evidence["members"]
    ]
    things = [
        Thing(one["kind"], [ids.write("cus", who) for who in one["members"]], one["weight"])
        for one in ring.evidence["shared"]
    ]
    named = ids.write("rng", *owned)
    drawn = ring_picture.draw_ring(
        named, accounts, things, language=visit.speak.language, styled=False
    )
    return visit.show(
        "risk/ring.html",
        ring=ring,
        drawn=Markup(drawn),  # noqa: S704 - our own drawing, every text in it escaped
        acts=rings.acts_of(visit.db, *owned),
    )


@routes.page(RUNS, sees=REVIEWING, nav="runs", order=24)
def show_runs(visit: Visit) -> Answer:
    """Show the runs the blast guard stopped: nothing of them is in force before two people released it."""
    found = visit.counted("runs", lambda: runs.waiting(visit.db))
    return visit.show("risk/runs.html", runs=found.value)


@routes.form(RUNS, RunSaid, sees=REVIEWING, again=show_runs)
def govern_run(act: Acting, form: RunSaid) -> Done:
    """Release a run, or undo it as a whole."""
    run = Run(form.book, form.version, form.on)
    move = release_run if form.command == "release" else undo_run
    done = move(act.db, run, by=act.actor, note=form.note, at=act.at)
    if done.missing:
        return Done(RUNS, "segments.one_more", {"missing": str(done.missing)})
    return Done(RUNS, "segments.moved", {"moved": str(done.moved)})


def _number(act: Any) -> int:
    text = act.text("number")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10):
        raise NotFound("there is no such proposal")
    return int(text)
