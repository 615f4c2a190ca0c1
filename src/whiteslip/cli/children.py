"""Processes `whiteslip up` runs beside itself: started, watched, started again when they die, and stopped."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Event as Signal
from threading import Thread, Timer
from time import monotonic
from typing import Annotated, NamedTuple, TypeAlias

import typer

from whiteslip.kernel.errors import Unavailable

Tell: TypeAlias = Callable[[str], None]

WithParent = Annotated[bool, typer.Option("--with-parent", help="End when stdin closes.")]
"""The option by which a command ends with whoever started it."""
START_S = 30.0
"""A process that has not said its address by then is not coming up."""
END_S = 5.0
"""One that was told to end, and has not by then, is killed."""


class Pauses(NamedTuple):
    """How long to wait before starting again: twice as long each time, and anew after it has lived for a while."""

    first_s: float = 0.5
    longest_s: float = 30.0
    anew_after_s: float = 60.0


class Child:
    """A command of ours as a process of its own; it keeps its address when it is started again.

    The command takes `--port` and `--with-parent`, and the first thing it says ends with its address. It ends with this
    process, however this one ends; an interrupt from the terminal does not reach it directly.
    """

    def __init__(
        self,
        command: str,
        *,
        tell: Tell,
        name: str | None = None,
        port: int = 0,
        told: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        pauses: Pauses | None = None,
        end_s: float = END_S,
    ) -> None:
        self.name = name or command.replace("-", " ")
        self.url = ""
        self._command = (command, *options)
        self._tell = tell
        self._told = os.environ | (told or {})
        self._pauses = pauses or Pauses()
        self._end_s = end_s
        self._stopping = Signal()
        self._process = self._launch(str(port))
        self._watcher = Thread(target=self._watch, name=self.name, daemon=True)

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
        run = [sys.executable, "-m", "whiteslip.cli.start", *self._command, "--with-parent"]
        words = [*run, "--port", port]
        return Popen(words, stdin=PIPE, stdout=PIPE, start_new_session=True, env=self._told)

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
            self._process.communicate(timeout=self._end_s)
        except TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def stop_all(children: Sequence[Child]) -> None:
    """End several at once, so that the slowest alone is waited for."""
    stopping = [Thread(target=child.stop, name=f"stop {child.name}") for child in children]
    for each in stopping:
        each.start()
    for each in stopping:
        each.join()


def _how(ended: int) -> str:
    return f"was ended by {signal.Signals(-ended).name}" if ended < 0 else f"ended with {ended}"
