"""Signs: what of a line tells of trouble before anything is overdue, and what is offered for it.

Nouns: a *sign* is one fact that moved, with the evidence it needs (as data); a *sight* is what was seen of a line for a
closed day: its signs and a color; a *run* is the look at the whole book. Invariants: no sight stops anybody, or changes
what a line may do; too little evidence is unknown and never green; a sight is only inserted, when it differs from the
one before.
"""
