"""Funding: the cash the book has, what lenders have committed to it, and the floor its cash must not fall below.

Nouns: *entry* (an amount a person entered with the day it holds from), *cash day* (what a business date moved in the
bank account and in what shops are owed), *position* (the cash at the end of a closed day).
Invariants: entries are only inserted, the later one counts; cash between two entries follows from the ledger and the
days on which shops are settled; what nobody entered is not known, and is never taken for nothing.
"""
