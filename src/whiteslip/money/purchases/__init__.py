"""Purchases on credit: authorized (held), captured, voided, expired, refunded; declined ones keep their reasons."""
