"""What happened to a line later, restated: what each fact did in another life of it."""
