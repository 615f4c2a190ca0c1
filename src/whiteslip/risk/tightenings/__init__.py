"""Tightenings: a segment of the book moved for a while, released by two people, measured against a hold-out.

It has two directions: a tightening restricts, a loosening gives more room (what it gives: `risk/loosenings`). Stages,
hold-out, people's words, states and the measured effect are the same, and so are the tables.

Nouns: *tightening* (proposed for a segment: an outcome, stages, a hold-out, a review date), *member* (a line, in an
*arm* and a stage), *effect* (the difference of the arms, in an interval). Invariants: nobody held out, and nobody
keeping to an agreed relief, is ever restricted by it; nothing is in force before two people released it; it never ends
a stage early or reaches beyond it; its steps are only added.
"""
