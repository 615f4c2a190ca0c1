"""The bank: debits it is asked to collect, and what it says became of them, over HTTP and in files.

Nouns: a *debit* is collected once under our own reference, however often it is handed in; a *result* says what became
of one and has a number of its own; a *reason* is the bank's code, whose meaning is a table.
Invariants: an answer is read whole or not at all; a file is too, and single entries nobody understands are kept for a
person; what may have been taken is never called not taken.
"""
