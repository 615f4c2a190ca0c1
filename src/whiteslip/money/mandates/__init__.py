"""Mandates: where a line's dues may be collected from, in the customer's own order, each source with its mandate.

Nouns: *source* (a wallet, a card or a bank account), *mandate* (what its payer signed), *place* (its turn
among the others).
Invariants: a mandate is given once and never changed; a stopped source is not asked again.
"""
