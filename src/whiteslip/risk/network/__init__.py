"""The association network: accounts that share devices, phones, cards or addresses, and the rings a person looks at."""
