"""The plumbing: settings, clock, database, statements and logs; it knows no business noun."""
