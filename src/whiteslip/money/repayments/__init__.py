"""Repayments: where money received goes. Every cent settles a due or is the customer's credit balance."""
