"""Habits: what is usual for a person, kept up in the transaction of each purchase to judge the next one by."""
