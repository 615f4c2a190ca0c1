"""Signals: indicators of the whole book, what each came to on a day, and the color it was given.

Nouns: *indicator* (a share with thresholds and an owner, as data), *measure* (its hits and its count over a
window), *evaluation* (a measure judged for a business date), *color* (green, yellow, orange, red, or unknown).
Invariants: what cannot be known is unknown with its reason and never green; an evaluation is only inserted;
a color that was known for a date is not judged again; an indicator has exactly one measure.
"""
