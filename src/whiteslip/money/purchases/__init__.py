"""Purchases on credit: authorized (held), captured, voided, expired, refunded; declined and referred ones keep their reasons."""
