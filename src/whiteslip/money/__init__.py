"""Where every cent is: the ledger, lines, purchases, statements, repayments and arrears."""
