"""Debits a bank refused: reported once under its reference, never changed, nobody's fault where technical."""
