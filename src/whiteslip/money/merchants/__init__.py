"""Merchants: the shops that sell on credit and are paid for what was captured, less their fee."""
