"""Decisions: the permanent record of each, with the facts seen, so that it can be explained and run again."""
