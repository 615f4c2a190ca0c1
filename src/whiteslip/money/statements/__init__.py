"""Statements: what a month billed, when it is due and the least that must be paid."""
