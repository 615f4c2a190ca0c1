"""Asking people whether a tightening or loosening is to end, with what it did so far."""

from __future__ import annotations

from whiteslip.flows.tighten_segments.turn import Turn
from whiteslip.infra import outbox
from whiteslip.risk.loosenings.store import count_granted
from whiteslip.risk.runs import rules as runs
from whiteslip.risk.runs import store as running
from whiteslip.risk.segments.model import Direction
from whiteslip.risk.tightenings import rules, store
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.risk.tightenings.rules import NOUN, Ending


def ask_end(turn: Turn, why: Ending, *, grew_to: int | None = None) -> Tightening:
    """Ask for the end, and open a case for two people; until they answer nothing more is rolled out."""
    db, now, on = turn.db, turn.before, turn.on
    confidence_ppm = turn.catalog.rollout.confidence_ppm
    effect = store.measure_effect(db, now, confidence_ppm=confidence_ppm)
    touched = (
        count_granted(db, now.tightening_id).lines
        if now.direction is Direction.LOOSEN
        else store.count_touched(db, now.tightening_id)
    )
    facts = {"why": why, "lines": grew_to or touched, "effect": rules.effect_facts(effect)}
    after = store.move_tightening(
        db,
        now,
        Command.ASK_END,
        actor=turn.actor,
        note=turn.note or why,
        on=on,
        at=turn.at,
        facts=facts,
    )
    note = f"{now.segment}: {why}; it is to end, or to be kept"
    run = rules.run_of(now, on)
    case = runs.case_of(run, note, restrictions=touched, lines=grew_to or touched)
    running.open_case(db, case, on=on, at=turn.at)
    outbox.append(
        db,
        f"risk.{NOUN[now.direction]}-end-asked",
        customer_ids=[runs.NOBODY],
        subject_ids=[now.tightening_id],
        at=turn.at,
    )
    return after
