"""Runs of a book over the whole portfolio: stopped by the blast guard, released by two people, undone as a whole."""
