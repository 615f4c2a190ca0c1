"""Corrections of what was booked: repayments reversed or back-dated, and what moves today because of it."""
