"""Outside parties behind small interfaces, each with an honest simulator that runs as a process of its own."""
