"""Collections: what a bank is asked for, one a line and due date, tried by a schedule until it is paid or given up.

Nouns: *collection* (a due date's), *try* (one debit of it, under a reference of its own), *slot* (a place in the
schedule: days before or after the due date, and an hour).
Invariants: of a line one try is under way at a time; a try that was sent never changes; a try is paid exactly where one
repayment stands for it.
"""
