"""Checkout, the journey of a purchase on credit from request to hold, referral or refusal."""

from whiteslip.flows.checkout.journey import checkout
from whiteslip.money.purchases.model import Authorized, Declined, PurchaseRequest, Referred

__all__ = ["Authorized", "Declined", "PurchaseRequest", "Referred", "checkout"]
