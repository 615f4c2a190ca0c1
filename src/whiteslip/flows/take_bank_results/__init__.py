"""Take a bank's results: each acts once; what paid is repaid, what failed is tried on, the rest is for people."""

from whiteslip.flows.take_bank_results.files import FileTaken, take_bank_file
from whiteslip.flows.take_bank_results.journey import Taken, take_bank_results
from whiteslip.flows.take_bank_results.writing import Acts, TakenBack
from whiteslip.money.collections.model import Failed, Received
from whiteslip.money.results.model import Did

__all__ = [
    "Acts",
    "Did",
    "Failed",
    "FileTaken",
    "Received",
    "Taken",
    "TakenBack",
    "take_bank_file",
    "take_bank_results",
]
