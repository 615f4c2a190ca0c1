"""The simulators `whiteslip up` runs beside a sandbox: started, watched, started again when they die, and stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Event as Signal
from threading import Thread, Timer
from time import monotonic
from typing import NamedTuple, TypeAlias

from whiteslip.infra.settings import Settings
from whiteslip.kernel.errors import Unavailable

Tell: TypeAlias = Callable[[str], None]

START_S = 30.0
"""A simulator that has not said its address by then is not coming up."""


class Pauses(NamedTuple):
    """How long to wait before starting again: twice as long each time, and anew after it has lived for a while."""

    first_s: float = 0.5
    longest_s: float = 30.0
    anew_after_s: float = 60.0


class Simulator:
    """One simulator as a process of its own; it keeps its address when it is started again.

    It ends with this process, however this one ends; an interrupt from the terminal does not reach it directly.
    """

    def __init__(self, command: str, *, tell: Tell, pauses: Pauses | None = None) -> None:
        self.name = command.replace("-", " ")
        self.url = ""
        self._command = command
        self._tell = tell
        self._pauses = pauses or Pauses()
        self._stopping = Signal()
        self._process = self._launch("0")
        self._watcher = Thread(target=self._watch, name=command, daemon=True)

    def begin(self) -> str:
        """Wait until it has come up, watch it from now on, and return its address."""
        if not self._announced():
            self.stop()
            raise Unavailable(f"the {self.name} did not start")
        self._tell(f"The {self.name} is on {self.url} (process {self._process.pid}).")
        self._watcher.start()
        return self.url

    def stop(self) -> None:
        """End it, and watch it no more."""
        self._stopping.set()
        self._process.terminate()
        if self._watcher.is_alive():
            self._watcher.join(START_S)
        self._reap()

    def _launch(self, port: str) -> Popen[bytes]:
        run = [sys.executable, "-m", "whiteslip.cli.start", self._command, "--with-parent"]
        return Popen([*run, "--port", port], stdin=PIPE, stdout=PIPE, start_new_session=True)

    def _announced(self) -> bool:
        """Read the address it says when it has come up; one that is silent for too long is ended."""
        timer = Timer(START_S, self._process.kill)
        timer.start()
        said = self._process.stdout.readline().decode() if self._process.stdout else ""
        timer.cancel()
        if said:
            self.url = said.split()[-1]
        return bool(said)

    def _watch(self) -> None:
        pause = self._pauses.first_s
        while not self._stopping.is_set():
            began = monotonic()
            ended = self._process.wait()
            if monotonic() - began >= self._pauses.anew_after_s:
                pause = self._pauses.first_s
            if self._stopping.is_set():
                return
            self._tell(f"The {self.name} {_how(ended)}; it is started again in {pause:g} s.")
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, self._pauses.longest_s)
            self._start_again()

    def _start_again(self) -> None:
        self._reap()
        self._process = self._launch(self.url.rpartition(":")[2])
        if self._stopping.is_set():
            self._process.terminate()
        elif self._announced():
            self._tell(f"The {self.name} is back on {self.url} (process {self._process.pid}).")

    def _reap(self) -> None:
        """Take leave of a process that was told to end, or has."""
        try:
            self._process.communicate(timeout=5)
        except TimeoutExpired:
            self._process.kill()
            self._process.communicate()


@contextmanager
def beside(chosen: Settings, *, tell: Tell) -> Generator[Settings]:
    """Run the simulators a sandbox lacks, and give the settings with their addresses.

    Outside a sandbox nothing is ever simulated: what is not configured is said, and stays so.
    """
    if not chosen.sandbox:
        _say_what_is_missing(chosen, tell)
        yield chosen
        return
    lacking = [
        (field, Simulator(command, tell=tell))
        for field, command in _SIMULATED
        if not getattr(chosen, field)
    ]
    try:
        yield chosen.model_copy(update={field: each.begin() for field, each in lacking})
    finally:
        for _, each in lacking:
            each.stop()


_SIMULATED = (("bureau_url", "bureau-simulator"), ("messages_url", "message-simulator"))


def _say_what_is_missing(chosen: Settings, tell: Tell) -> None:
    if not chosen.bureau_url:
        tell(
            "No credit bureau is configured (WHITESLIP_BUREAU_URL):"
            " nobody is asked, and applications go to a person."
        )
    if not chosen.messages_url:
        tell(
            "No message gateway is configured (WHITESLIP_MESSAGES_URL):"
            " people are told in the app only, and their messages wait."
        )


def _how(ended: int) -> str:
    return f"was ended by {signal.Signals(-ended).name}" if ended < 0 else f"ended with {ended}"
