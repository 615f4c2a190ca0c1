"""Appeals: a person says that a decision about them is wrong, or asks that a person takes it instead of a machine.

Nouns: *appeal* (with grounds), *request for a human decision* (without; PIPL art. 24), *subject* (the decision it is
about, with everybody who had a hand in it), *answer* (what the person is told, in words).
Invariants: an appeal moves only along `rules.MOVES`, and every move is an event; a decision is under one appeal at a
time; an appeal is decided by somebody who had no hand in the decision, however their name is written, and its table
holds that too; a decided appeal has an answer, and what it overturns is undone in the same transaction.
"""
