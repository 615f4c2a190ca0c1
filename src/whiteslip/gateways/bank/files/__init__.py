"""Files of ISO 20022: debits written as pain.008, status reports (pain.002) and notifications (camt.054) read."""
