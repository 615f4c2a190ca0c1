"""Restrictions of a line: rows with reasons, a way out and an appeal route; the strictest active one rules."""
