"""Checkout sessions: what a shop wants paid, on a page of ours that its customer is sent to."""
