"""Reviews: what people of the staff look at, one open case for a customer and kind, with the evidence it opened with.

Nouns: *case*, *piece* (of evidence, frozen as it was given), *queue* (the parameters of a kind), *hold* (a case is one
reviewer's until the lease lapses), *label* (what a decision teaches).
Invariants: a case moves only along `rules.MOVES`, and every move is an event; a customer has one open case of a kind,
and what comes later is attached to it; evidence is inserted and never updated, and its checksum is its table's own
check; nobody holds a case about what they decided before; only who holds a case decides it.
"""
