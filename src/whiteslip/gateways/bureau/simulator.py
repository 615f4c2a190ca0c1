"""A bureau that does not exist, as a process of its own: it answers over HTTP like a real one, on bad days too.

`POST /v1/inquiries` is the bureau. `/control` belongs to whoever tests: `PUT` sets what the bureau does,
`GET` tells what it was asked. It listens on the loopback interface only and keeps everything in memory.
"""

from __future__ import annotations

import json
from datetime import date
from threading import Lock
from time import sleep
from typing import Any

from whiteslip.gateways import simulated
from whiteslip.gateways.bureau import people
from whiteslip.gateways.bureau.people import Asked, Behavior

SLOW_S = 2.0
HANGING_S = 60.0
ASKED_BEFORE_READY = 2


class Simulator:
    """What the bureau knows and remembers; shared by the threads that answer."""

    def __init__(self, *, seed: int, slow_s: float = SLOW_S) -> None:
        self.slow_s = slow_s
        self._seed = seed
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._down = False
        self._named: dict[str, Behavior] = {}
        self._tries: dict[str, int] = {}
        self._subjects: dict[str, str] = {}
        self._reports: dict[str, bytes] = {}
        self._enquiries: dict[str, dict[str, date]] = {}

    def control(self, said: dict[str, Any]) -> None:
        """Forget everything (`reset`), go down or come up (`down`), let people behave (`people`: last four → how)."""
        with self._lock:
            if said.get("reset"):
                self._forget()
            self._down = bool(said.get("down", self._down))
            for last4, behavior in said.get("people", {}).items():
                self._named[last4] = Behavior(behavior)

    def seen(self) -> dict[str, Any]:
        """Tell how often each reference was asked, and how many inquiries stand in each person's file."""
        with self._lock:
            files = {token: len(asked) for token, asked in self._enquiries.items()}
            return {"tries": dict(self._tries), "enquiries": files}

    def ask(self, asked: Asked) -> tuple[Behavior, int]:
        """Note a question; returns how to behave and how often this reference was asked, from 1.

        A reference that stood for somebody else before is refused, as a bureau would.
        """
        with self._lock:
            if self._subjects.setdefault(asked.reference, asked.id_token) != asked.id_token:
                return Behavior.REJECTED, 0
            tries = self._tries[asked.reference] = self._tries.get(asked.reference, 0) + 1
            named = self._named.get(asked.id_last4)
            down = self._down
        behavior = named or people.behavior_of(self._seed, asked)
        return (Behavior.DOWN if down else behavior), tries

    def report(self, asked: Asked, behavior: Behavior) -> bytes:
        """Write the report, once a reference: asked again, the same bytes are given and no second trace is left."""
        with self._lock:
            if (known := self._reports.get(asked.reference)) is not None:
                return known
            traces = self._enquiries.setdefault(asked.id_token, {})
            said = people.report(self._seed, asked, behavior, earlier=traces)
            traces[asked.reference] = asked.asked_on
            body = self._reports[asked.reference] = _distorted(said, behavior)
            return body


def _distorted(said: dict[str, Any], behavior: Behavior) -> bytes:
    """Write the report as a sick system would, where the behavior says so."""
    if behavior is Behavior.WRONG_TYPES:
        said["accounts"] = [{**account, "balance_minor": "4000"} for account in said["accounts"]]
    if behavior is Behavior.STALE:
        said["reference"] = "inq_0_0"
    body = json.dumps(said).encode()
    return body[: len(body) // 2] if behavior is Behavior.MALFORMED else body


class _Handler(simulated.Handler):
    def answer(self) -> None:
        """Answer an inquiry."""
        asked = _asked(self.read())
        if self.path != "/v1/inquiries" or asked is None:
            self.reply(404 if asked else 400)
            return
        behavior, tries = self.simulator.ask(asked)
        if behavior is Behavior.DOWN:
            self.reply(503, b"", **{"retry-after": "1"})
        elif behavior is Behavior.REJECTED:
            self.reply(403, b'{"error":"not a member"}')
        elif behavior is Behavior.LATE and tries <= ASKED_BEFORE_READY:
            self.reply(202, b'{"status":"pending"}', **{"retry-after": "1"})
        else:
            self._report(self.simulator.report(asked, behavior), behavior, tries)

    def _report(self, body: bytes, behavior: Behavior, tries: int) -> None:
        if behavior is Behavior.LOST and tries == 1:
            self.close_connection = True  # the work is done, the answer never arrives
            return
        if behavior is Behavior.SLOW:
            sleep(self.simulator.slow_s)
        if behavior is Behavior.HANGING:
            sleep(HANGING_S)
        if behavior is Behavior.DRIPPING:
            self._drip(body)
        else:
            self.reply(200, body)

    def _drip(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        for octet in body:
            self.wfile.write(bytes([octet]))
            sleep(0.2)


def _asked(body: bytes) -> Asked | None:
    try:
        said: Any = json.loads(body)
        subject = said["subject"]
        return Asked(
            str(said["reference"]),
            str(subject["id_token"]),
            str(subject["id_last4"]),
            date.fromisoformat(subject["birth_on"]),
            date.fromisoformat(said["asked_on"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def serve(*, port: int, seed: int, slow_s: float = SLOW_S, with_parent: bool = False) -> None:
    """Serve until told to end; people are drawn by the seed."""
    simulator = Simulator(seed=seed, slow_s=slow_s)
    simulated.serve("bureau simulator", simulator, _Handler, port=port, with_parent=with_parent)
