"""Causes: why a due was not paid, and what follows from it.

Nouns: *cause*, *evidence* (a fact that speaks for one), *attribution* (the cause of one episode of arrears: from
facts, as the customer says, or as staff found), *treatment* (what a cause is answered with).
Invariants: attributions are only added, the latest is in force; facts speak once an episode, so the customer's own
answer is never overwritten by the machine; what cannot be known speaks for nothing.
"""
