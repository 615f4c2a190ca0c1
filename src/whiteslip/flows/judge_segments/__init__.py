"""Judge segments: measure their month ends, hold them against their control limits, and propose to move them."""

from whiteslip.flows.judge_segments.judge import SegmentsReport, judge_segments
from whiteslip.flows.judge_segments.propose import Proposal, propose_tightenings
from whiteslip.risk.segments.rules import Asks, Spoken

__all__ = ["Asks", "Proposal", "SegmentsReport", "Spoken", "judge_segments", "propose_tightenings"]
