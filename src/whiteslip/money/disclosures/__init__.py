"""Disclosures: what is said of a purchase before it is confirmed, and what is kept of it with every plan."""
