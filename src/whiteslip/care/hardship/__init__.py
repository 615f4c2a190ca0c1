"""Relief for who cannot pay as agreed: deferral, extension, installments, a promise, a seasonal plan.

Nouns: *relief* (one agreement about a line), *terms* (what it would change), *part* (what is to be paid by when),
*move* (a change of status, kept as an event), *message* (the thread between customer and staff), *step* (of the
written way from a missed due to the proposal of a charge-off).
Invariants: a line has one relief under way; a relief moves only along `rules.MOVES`; what is owed does not change by
a cent when it starts but for a fee that was agreed; above the thresholds another person approves than the one who
proposed or offered; while one runs that says so, no late fee is charged and no reminder sent; every end is told but
that of an offer nobody answered.
"""
