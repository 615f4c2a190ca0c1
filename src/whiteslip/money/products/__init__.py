"""Products: the versioned terms a line is opened under. A published version never changes."""
