"""Suspense: what a bank said that the program does not act on by itself, and the money of it, until a person closes it.

Nouns: *item* (one such thing on the manual queue), *held* (its money, in the account suspense), *way* (how it is
closed: assigned to a line as a repayment, sent back, only noted where no money came, or
closed by the reversal of what was taken back).
Invariants: what open items hold is the balance of the account suspense; above a sum two people close an item.
"""
