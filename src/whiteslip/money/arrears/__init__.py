"""Arrears: what became overdue or revolves, its daily fees, days past due, buckets and asset classes."""
