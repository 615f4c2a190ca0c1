"""The environment: figures others publish, each value with the day it was learned, never overwritten.

Nouns: *series* (declared as data, with thresholds), *value* (of a date, in millionths, learned on a day), *revision*,
*standing* (how a series stands as known on a day). Invariants: a value is only added; what was known on a day stays
what was known then; a series that is absent or late is unknown and never green; a bad file leaves nothing behind.
"""
