"""Govern the valve: people propose a stage, rehearse it, release it by two, dismiss it, or end it by two."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.risk.liquidity import gate, life, store
from whiteslip.risk.liquidity.life import Command, Move, Said
from whiteslip.risk.liquidity.model import State, Valve

__all__ = ["Command", "Governed", "Proposal", "ValveStep", "govern_valve", "propose_stage"]

_NOBODY: Final = 0
_EVENTS = {
    State.REHEARSED: "risk.valve-rehearsed",
    State.ACTING: "risk.valve-released",
    State.DISMISSED: "risk.valve-dismissed",
    State.ENDED: "risk.valve-ended",
}


class Proposal(NamedTuple):
    """A stage a person proposes, by its name; a segment in place of its own, None for its own."""

    stage: str
    by: str
    note: str
    segment: str | None = None


class ValveStep(NamedTuple):
    """What a person does with a valve."""

    valve_id: int
    command: Command
    by: str
    note: str


class Governed(NamedTuple):
    """A valve after a step, and how many people must still say the same."""

    valve: Valve
    missing: int


def propose_stage(db: Connection, request: Proposal, *, at: datetime) -> Governed | WhiteslipError:
    """Propose a stage by hand; one proposal waits at a time."""
    terms = store.valve_terms()
    names = [one.name for one in terms.stages]
    actor = actor_of(request.by)
    if request.stage not in names:
        return InvalidInput(f"there is no stage {request.stage}", where="stage")
    if not request.note.strip():
        return InvalidInput("say why", where="note")
    on = business_day.today(db).current_on
    if any(one.state is State.PROPOSED for one in store.lock_valves(db)):
        return Conflict("another proposal waits: release or dismiss it first")
    number = names.index(request.stage)
    stage = terms.stages[number]
    segment = stage.segment if request.segment is None else request.segment
    gate.segment_of(segment)
    valve = Valve(
        store.new_number(db), number + 1, 1, State.PROPOSED, stage.days, stage.share_ppm, stage.most_minor,
        stage.plans, segment, on, None, request.note,
    )  # fmt: skip
    store.move_valves(db, [Move(valve, Command.PROPOSE, actor, request.note)], at=at)
    _announce(db, "risk.valve-proposed", valve, at=at)
    return Governed(valve, 0)


def govern_valve(db: Connection, request: ValveStep, *, at: datetime) -> Governed | WhiteslipError:
    """Take one step with a valve; what two people must do happens with the second.

    Nobody holds the business date meanwhile: no purchase judged by what the valve was is granted after it is another.
    What acts, or is rehearsed, gives way to what is released, or rehearsed, next.
    """
    business_day.bar(db)
    on = business_day.read(db).current_on
    live = store.lock_valves(db)
    valve = store.find_valve(db, request.valve_id)
    said = [Said(Command(one.command), one.actor) for one in store.read_steps(db, [valve.valve_id])]
    needed = store.valve_terms().releases
    move = life.move(
        valve, request.command, by=request.by, note=request.note, on=on, said=said, needed=needed
    )
    if isinstance(move, WhiteslipError):
        return move
    gives_way = [
        one
        for one in live
        if one.state is move.after.state and one.valve_id != valve.valve_id and not move.missing
    ]
    moves = [life.lapse(one, f"valve {valve.valve_id} takes its place") for one in gives_way]
    store.move_valves(db, [*moves, move], at=at)
    if not move.missing:
        _announce(db, _EVENTS[move.after.state], move.after, at=at)
    return Governed(move.after, move.missing)


def _announce(db: Connection, topic: str, valve: Valve, *, at: datetime) -> None:
    outbox.append(db, topic, customer_ids=[_NOBODY], subject_ids=[valve.valve_id], at=at)
