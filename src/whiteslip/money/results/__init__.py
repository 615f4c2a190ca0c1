"""Results: what banks said of debits, each kept once as it was told, with what came of it; and their files.

Invariants: a result is one by its bank and its number; told again it does nothing, told otherwise it is for people.
"""
