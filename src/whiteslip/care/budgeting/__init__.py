"""Budgeting: what helps a person before there is trouble; it advises, and nobody is judged by it.

Nouns: *answers* (what the person told of their month, kept only if they say so), *self-test* and its *verdict*,
*picture* (60 days of dues and what stays free), *impulse share*, *cap* and *cooling-off* (both the person's own),
*lesson*.
Invariants: nothing told here reaches a feature, a score or a rule book; a larger purchase is never called easier; a
cap stops a purchase only because its person set it; tightening works at once, loosening after a delay; a person is
warned once for a due date.
"""
