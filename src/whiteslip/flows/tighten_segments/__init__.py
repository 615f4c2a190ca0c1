"""Move segments: people release, end or undo a tightening or a loosening, and each day its stages are rolled out."""

from whiteslip.flows.tighten_segments.advance import advance_tightenings
from whiteslip.flows.tighten_segments.say import say_of_tightenings
from whiteslip.flows.tighten_segments.turn import AdvanceReport, Done, Saying
from whiteslip.risk.segments.model import Direction
from whiteslip.risk.tightenings.life import Command

__all__ = [
    "AdvanceReport",
    "Command",
    "Direction",
    "Done",
    "Saying",
    "advance_tightenings",
    "say_of_tightenings",
]
