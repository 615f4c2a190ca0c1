"""Schedules: from the terms of a purchase to its installments, and the installments as they stand."""
