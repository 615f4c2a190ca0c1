"""Risk appetite: how much loss, how many stops and how much in one place the lender is willing to bear.

Nouns: *appetite* (a version of all limits, as one text), *limit* (the most, or the least, of a measure), *figure* (what
a measure came to for a subject: the book, a draft of a rule book, a run of the watch), *finding* (a figure held against
its limit: within, beyond, or unknown), *pass* (a person's word to go past a finding, with a reason).
Invariants: what cannot be known is unknown with its cause and never within; one version at most is in force, and two
people made it so; versions, steps, passes and findings are only inserted.
"""
