"""The association network: accounts that share devices, phones and addresses, and the rings a person looks at."""
