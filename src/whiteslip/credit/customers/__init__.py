"""Customers: the people who may hold a line."""
