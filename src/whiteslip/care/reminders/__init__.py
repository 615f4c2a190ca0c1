"""Reminders: which due dates are to be remembered today, each step once.

Nouns: a *step* is a number of days from the due date, negative before it; a *reminder* is a step of a due date of a
line that its owner was given.
Invariants: each (line, due date, step) once; none for what is paid or small; none while a flag stands.
"""
