"""One journey per file: everything that changes something starts here."""
