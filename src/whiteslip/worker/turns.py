"""A worker: a thread that takes turns until it is stopped, and rests when nothing is due or something fails."""

from __future__ import annotations

from abc import ABC, abstractmethod
from threading import Event as Signal
from threading import Thread
from typing import ClassVar

import structlog

from whiteslip.kernel.errors import NotFound, Unavailable


class Worker(ABC):
    """Works until it is stopped. A turn that fails is taken again after a longer rest."""

    NAME: ClassVar[str]
    IDLE_S: float = 1.0
    FAULT_S: ClassVar[float] = 5.0

    def __init__(self) -> None:
        self._log = structlog.get_logger(f"whiteslip.{self.NAME}")
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name=self.NAME, daemon=True)

    @abstractmethod
    def work(self) -> bool:
        """Take a turn; tell whether the next one should follow at once."""

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, *, within_s: float = 10.0) -> None:
        """Finish what is in hand and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._rest())

    def _rest(self) -> float:
        """Take a turn; return how long to rest before the next."""
        try:
            return 0.0 if self.work() else self.IDLE_S
        except (Unavailable, NotFound) as error:  # the database is away, or no book is founded yet
            self._log.warning(f"{self.NAME}.waiting", why=str(error))
        except Exception:
            self._log.exception(f"{self.NAME}.failed")
        return self.FAULT_S
