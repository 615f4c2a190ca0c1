"""Purchases on credit: authorized (held), captured, voided, expired, refunded; refused ones keep their reasons."""
