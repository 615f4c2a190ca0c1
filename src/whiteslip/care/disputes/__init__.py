"""Disputes: a customer contests a purchase or a due; while a person looks, no late fee is charged and nobody presses.

Nouns: *dispute*, *subject* (the purchase, or the due of a line).
Invariants: a dispute moves only along `rules.MOVES`; another person decides than the one who opened it; the time a
rejected one took is not charged for afterward; a subject has one open dispute.
"""
