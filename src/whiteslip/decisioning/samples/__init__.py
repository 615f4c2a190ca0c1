"""Samples: tables of rows whose ending is known, made fit to learn from, and how well scores tell them apart."""
