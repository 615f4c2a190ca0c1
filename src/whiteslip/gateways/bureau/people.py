"""The people of the simulated bureau: for every identity the same file, drawn from a seed.

An identity number whose sequence code (its digits 15 to 17) is one of `BY_CODE` behaves as the table says, so that a
test names what it wants; everyone else is drawn. Draws are hashes of the seed and the identity: nothing is random.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple


class Behavior(StrEnum):
    """What stands in a person's file, or how the bureau answers about a person with an ordinary one."""

    NORMAL = "normal"
    THIN = "thin"
    NO_HIT = "no_hit"
    ARREARS = "arrears"
    ENQUIRIES = "enquiries"
    PLATFORMS = "platforms"
    WRONG_PERSON = "wrong_person"
    MISMATCH = "mismatch"
    SLOW = "slow"
    LATE = "late"
    LOST = "lost"
    DOWN = "down"
    MALFORMED = "malformed"
    WRONG_TYPES = "wrong_types"
    STALE = "stale"
    HANGING = "hanging"
    DRIPPING = "dripping"
    REJECTED = "rejected"


BY_CODE: Mapping[str, Behavior] = MappingProxyType(
    {
        "900": Behavior.NORMAL,
        "901": Behavior.THIN,
        "902": Behavior.NO_HIT,
        "903": Behavior.ARREARS,
        "904": Behavior.ENQUIRIES,
        "905": Behavior.PLATFORMS,
        "906": Behavior.WRONG_PERSON,
        "907": Behavior.MISMATCH,
        "911": Behavior.SLOW,
        "912": Behavior.LATE,
        "913": Behavior.LOST,
        "914": Behavior.DOWN,
        "915": Behavior.MALFORMED,
        "916": Behavior.WRONG_TYPES,
        "917": Behavior.STALE,
        "918": Behavior.HANGING,
        "919": Behavior.DRIPPING,
        "920": Behavior.REJECTED,
    }
)

# Of a hundred people who apply and are not of the table above.
_SHARES = (
    (76, Behavior.NORMAL),
    (84, Behavior.THIN),
    (88, Behavior.NO_HIT),
    (92, Behavior.ARREARS),
    (96, Behavior.ENQUIRIES),
    (100, Behavior.PLATFORMS),
)
_MONTHS = 24
_LENDERS = ("bank-a", "bank-b", "bank-c", "consumer-finance-d")


class Asked(NamedTuple):
    """What the bureau was asked."""

    reference: str
    id_token: str
    id_last4: str
    birth_on: date
    asked_on: date


def behavior_of(seed: int, asked: Asked) -> Behavior:
    """Say what kind of person this is."""
    if (named := BY_CODE.get(asked.id_last4[:3])) is not None:
        return named
    share = _Draws(seed, asked.id_token).below("kind", 100)
    return next(kind for most, kind in _SHARES if share < most)


def report(
    seed: int, asked: Asked, behavior: Behavior, *, earlier: Mapping[str, date]
) -> dict[str, Any]:
    """Write a person's report; `earlier` are the questions others asked before, by reference."""
    draws = _Draws(seed, asked.id_token)
    known = behavior is not Behavior.NO_HIT
    return {
        "report_id": f"r-{draws.number(asked.reference):016x}",
        "reference": asked.reference,
        "as_of": asked.asked_on.isoformat(),
        "status": "hit" if known else "no_hit",
        "subject": _subject(asked, behavior),
        "accounts": _accounts(draws, asked.asked_on, behavior) if known else [],
        "enquiries": _enquiries(draws, asked.asked_on, behavior, earlier),
        "provident_fund": _fund(draws, asked.asked_on, behavior),
    }


def _subject(asked: Asked, behavior: Behavior) -> dict[str, Any]:
    """Say whom the report is about; the register of residents is asked apart from the file."""
    token, birth_on, identity = asked.id_token, asked.birth_on.isoformat(), "match"
    if behavior is Behavior.WRONG_PERSON:
        token = blake2b(token.encode(), digest_size=32).hexdigest()
        birth_on = "1961-07-01"
    if behavior is Behavior.MISMATCH:
        identity = "mismatch"
    return {"id_token": token, "birth_on": birth_on, "identity": identity}


def _accounts(draws: _Draws, on: date, behavior: Behavior) -> list[dict[str, Any]]:
    if behavior is Behavior.THIN:
        return [_account(draws, on, 0, age_days=120, kind="card")]
    count = 3 + draws.below("accounts", 3)
    accounts = [
        _account(draws, on, index, age_days=900 + draws.below(f"age{index}", 2000), kind=kind)
        for index, kind in enumerate(("card", "card", "loan", "card", "mortgage")[:count])
    ]
    if behavior is Behavior.ARREARS:
        accounts[0]["history"] = "N" * (_MONTHS - 3) + "123"
        accounts[1]["history"] = "N" * (_MONTHS - 8) + "1N2NNNNN"
    if behavior is Behavior.PLATFORMS:
        accounts += [
            _account(draws, on, 10 + index, age_days=200 - 20 * index, kind="platform")
            for index in range(6)
        ]
    return accounts


def _account(draws: _Draws, on: date, index: int, *, age_days: int, kind: str) -> dict[str, Any]:
    months = min(_MONTHS, age_days // 30)
    limit_minor = (5 + draws.below(f"limit{index}", 46)) * 100_000
    used_percent = 5 + draws.below(f"used{index}", 40)
    monthly_ppm = {"mortgage": 5_000, "card": 25_000, "loan": 40_000}.get(kind, 90_000)
    if kind == "mortgage":
        limit_minor *= 8
    balance_minor = limit_minor * used_percent // 100
    return {
        "kind": kind,
        "lender": f"platform-{index}" if kind == "platform" else _LENDERS[index % len(_LENDERS)],
        "opened_on": (on - timedelta(days=age_days)).isoformat(),
        "limit_minor": limit_minor,
        "balance_minor": balance_minor,
        "monthly_minor": balance_minor * monthly_ppm // 1_000_000,
        "history": "N" * months,
    }


def _enquiries(
    draws: _Draws, on: date, behavior: Behavior, earlier: Mapping[str, date]
) -> list[dict[str, Any]]:
    many = behavior in (Behavior.ENQUIRIES, Behavior.PLATFORMS)
    count = 12 if many else draws.below("enquiries", 3)
    span = 80 if many else 600
    days = [on - timedelta(days=1 + draws.below(f"asked{index}", span)) for index in range(count)]
    days += [day for day in earlier.values() if day <= on]
    listed = [{"on": day.isoformat(), "purpose": "credit_application"} for day in sorted(days)]
    review = (on - timedelta(days=45)).isoformat()
    return [*listed, {"on": review, "purpose": "account_review"}] if not many else listed


def _fund(draws: _Draws, on: date, behavior: Behavior) -> dict[str, Any] | None:
    """Most employees of ordinary files pay into the housing fund; its base is close to their wage."""
    if behavior in (Behavior.NO_HIT, Behavior.THIN) or draws.below("fund", 10) >= 7:
        return None
    base = (6 + draws.below("base", 15)) * 100_000
    return {"monthly_base_minor": base, "as_of": on.replace(day=1).isoformat()}


class _Draws:
    """Numbers that depend on the seed, the person and what is drawn, and on nothing else."""

    def __init__(self, seed: int, id_token: str) -> None:
        self._key = f"{seed}|{id_token}|"

    def number(self, what: str) -> int:
        """Draw 64 bits."""
        return int.from_bytes(blake2b((self._key + what).encode(), digest_size=8).digest(), "big")

    def below(self, what: str, bound: int) -> int:
        """Draw from 0 up to and without a bound."""
        return self.number(what) % bound
