"""Monitoring: whether a model still meets the people it was made for, and whether another would do better.

Invariants: nothing is concluded from too few rows (`unknown`, never `clear`); what is measured of
today is measured as it was of the reference.
"""
