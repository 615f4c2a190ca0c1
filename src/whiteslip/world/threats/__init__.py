"""A year with planted fraud and ordinary life, lived with and without the detectors, measured against its labels."""
