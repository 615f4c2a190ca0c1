"""Checkout, the journey of a purchase on credit from request to hold, referral or refusal."""

from whiteslip.flows.checkout.batch import EVERYWHERE, Looks
from whiteslip.flows.checkout.journey import checkout
from whiteslip.money.purchases.model import Authorized, Declined, PurchaseRequest, Referred

__all__ = [
    "EVERYWHERE",
    "Authorized",
    "Declined",
    "Looks",
    "PurchaseRequest",
    "Referred",
    "checkout",
]
