"""Models: scorecards and boosted trees behind one face, the registry of their versions, and the scores they gave.

Invariants: a body never changes; who approves a version did not draft it; at most one version of a
name is live; what cannot be read as it was published is no model, and a score too old is no score.
"""
