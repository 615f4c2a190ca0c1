"""Affordability: what a person can carry, from what they declare and what others confirm.

Nouns: *means* (income, debts, rent), *terms* (the published parameters), an *assessment* for one limit, a *band*.
Invariants: what nobody confirms counts for less; the larger of two accounts of a debt holds; more debt or less
income never gives a better band; without an income there is no ratio, only "not known".
"""
