"""Loosenings: the room a segment that turns well is given for a while, and how it is taken back.

The life, stages, hold-out and measured effect are those of `risk/tightenings`; here is what a loosening gives. Nouns:
*room* (what a line may be given), *grant* (a temporary limit a stage gave, to its promised end), *early end* (of what
is not in use, announced ahead, when a loosening is undone). Invariants: nobody held out and nobody unfit is ever
granted; a fixed limit never moves; no early end puts a line above its limits or makes anything due.
"""
