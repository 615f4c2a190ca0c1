"""Samples: tables of rows whose ending is known, made clean enough to learn from, and how well a score tells them apart."""
