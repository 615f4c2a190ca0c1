"""The bank: debits it is asked to collect, and what it says became of them, over HTTP and in files."""
