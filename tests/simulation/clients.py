"""Clients of a real server that write down, on disk, what they ask before they ask it and what they are answered."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from threading import Event
from time import sleep
from typing import Any, NamedTuple

import httpx

from whiteslip.infra.database import Connection

PAUSE_S = 0.1
"""How long a client waits after a request nobody answered."""


class Intent(NamedTuple):
    """Something a client wants to happen once; `what` names it in the book."""

    kind: str
    what: str
    key: str
    path: str
    body: dict[str, Any]


class Answered(NamedTuple):
    """An intent and the answer that came, if one came."""

    intent: Intent
    status: int | None
    body: bytes


class Journal:
    """One client's journal: appended and synced before anything is sent."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8")

    def write(self, record: dict[str, Any]) -> None:
        """Append a record and wait until it is on disk."""
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journals(folder: Path) -> list[Answered]:
    """Read what all clients wrote down, in the order of each."""
    found: list[Answered] = []
    for file in sorted(folder.glob("*.jsonl")):
        asked: dict[str, Answered] = {}
        for record in map(json.loads, file.read_text("utf-8").splitlines()):
            key = record["key"]
            if "path" in record:
                asked[key] = Answered(Intent(**record), None, b"")
            else:
                asked[key] = asked[key]._replace(
                    status=record["status"], body=record["body"].encode()
                )
        found.extend(asked.values())
    return found


def send(http: httpx.Client, intent: Intent, *, key: str | None = None) -> tuple[int, bytes] | None:
    """Send an intent; None when no answer came or it says to try again."""
    try:
        response = http.post(
            intent.path, json=intent.body, headers={"idempotency-key": key or intent.key}
        )
    except httpx.HTTPError:
        return None
    if response.status_code >= 500 or response.status_code == 429:
        return None
    return response.status_code, response.content


class Client:
    """Buys, captures, refunds and pays until told to stop; what is not answered is left for later."""

    def __init__(
        self, number: int, folder: Path, url: str, keys: dict[str, str], lines: list[str]
    ) -> None:
        self.number = number
        self.random = Random(number)
        self.journal = Journal(folder / f"client-{number}.jsonl")
        self.shop = httpx.Client(base_url=url, timeout=5, headers=_as(keys["shop"]))
        self.operator = httpx.Client(base_url=url, timeout=5, headers=_as(keys["operator"]))
        self.lines = lines
        self.count = 0

    def run(self, stop: Event) -> None:
        """Work until told to stop."""
        try:
            while not stop.is_set():
                self._work()
        finally:
            self.journal.close()
            self.shop.close()
            self.operator.close()

    def _work(self) -> None:
        line = self.random.choice(self.lines)
        name = f"c{self.number}-{self.count}"
        body = {"line_id": line, "amount_minor": 100, "order_ref": name}
        bought = self._ask("purchase", name, self.shop, "/v1/purchases", body)
        if bought and bought.get("status") == "authorized":
            purchase = bought["purchase_id"]
            if self._ask("capture", purchase, self.shop, f"/v1/purchases/{purchase}/capture", {}):
                refund = f"/v1/purchases/{purchase}/refunds"
                self._ask("refund", purchase, self.shop, refund, {"amount_minor": 10})
        name = f"w-{self.number}-{self.count}"
        paid = {"line_id": line, "amount_minor": 50, "method": name}
        self._ask("repayment", name, self.operator, "/v1/repayments", paid)

    def _ask(
        self, kind: str, what: str, http: httpx.Client, path: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        self.count += 1
        intent = Intent(kind, what, f"key-{self.number}-{self.count}", path, body)
        self.journal.write(intent._asdict())
        answer = send(http, intent)
        if answer is None:
            sleep(PAUSE_S)
            return None
        status, content = answer
        self.journal.write({"key": intent.key, "status": status, "body": content.decode()})
        return json.loads(content) if status < 300 else None


def _as(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


_HAPPENED = {
    "purchase": "SELECT order_ref, count(*) FROM money.purchase GROUP BY 1",
    "capture": "SELECT format('pur_%s_%s', customer_id, purchase_id), count(*) FROM money.capture GROUP BY 1",
    "refund": "SELECT format('pur_%s_%s', customer_id, purchase_id), count(*) FROM money.refund GROUP BY 1",
    "repayment": "SELECT method, count(*) FROM money.repayment GROUP BY 1",
}
_UNTOLD = {
    "purchase": """SELECT purchase_id FROM money.purchase WHERE purchase_id NOT IN (SELECT subject_id FROM public.event
        WHERE topic IN ('money.purchase-authorized', 'money.purchase-declined', 'money.purchase-referred'))""",
    "capture": """SELECT purchase_id FROM money.capture WHERE purchase_id NOT IN (SELECT subject_id FROM public.event
        WHERE topic = 'money.purchase-captured')""",
    "refund": """SELECT refund_id FROM money.refund WHERE refund_id NOT IN (SELECT subject_id FROM public.event
        WHERE topic = 'money.purchase-refunded')""",
    "repayment": """SELECT repayment_id FROM money.repayment
        WHERE repayment_id NOT IN (SELECT subject_id FROM public.event WHERE topic = 'money.repayment-received')""",
}


def faults(db: Connection, answered: list[Answered]) -> list[str]:
    """Find what was acknowledged and is not there, is there twice, or is there without its key or its event."""
    found: list[str] = []
    for kind, query in _HAPPENED.items():
        happened = dict(db.execute(query.encode()).fetchall())
        for one in answered:
            if one.intent.kind != kind or one.status is None or one.status >= 300:
                continue
            times = happened.pop(one.intent.what, 0)
            if times != 1:
                fault = "lost" if times == 0 else "doubled"
                found.append(f"{kind} {one.intent.what} was {fault}: it happened {times} times")
        found.extend(f"{kind} {what} happened, and nobody knows of it" for what in happened)
        untold = db.execute(_UNTOLD[kind].encode()).fetchall()
        found.extend(f"{kind} {row[0]} has no event" for row in untold)
    remembered = {row[0] for row in db.execute("SELECT key FROM infra.idempotency_key").fetchall()}
    keys = {one.intent.key for one in answered if one.status is not None}
    found.extend(f"key {key} acted and is not remembered" for key in keys - remembered)
    found.extend(f"key {key} is remembered and was never sent" for key in remembered - keys)
    return found
