"""Scorecards: points anyone can add up, learned from a sample, the same in Python, over columns and in SQL.

Nouns: a *card* has *variables*; a variable puts every value into one *bin*; a bin has *points*. Zero points say
nothing either way, more points are better. Invariants: every value has a bin, missing, special and never seen
ones too; in a fitted card points never fall where the weight of evidence rises; the probability follows from the
points alone; the three evaluators agree within 1e-9.
"""
