"""The ledger: accounts and movements. Every movement debits one account and credits another, so the books balance."""
