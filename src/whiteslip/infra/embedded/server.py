"""The supervisor: one server a home folder, started once, found again, recovered after a crash."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Literal, TypeAlias

import psycopg
from psycopg.conninfo import make_conninfo

from whiteslip.infra.embedded import configuration, leftovers
from whiteslip.infra.embedded.cluster import create_cluster
from whiteslip.infra.embedded.places import Places, free_port, is_free, places_for
from whiteslip.infra.embedded.programs import Binaries, binaries
from whiteslip.kernel.errors import Conflict, Unavailable

StopMode: TypeAlias = Literal["smart", "fast", "immediate"]
Progress: TypeAlias = Callable[[str], None]

USER = "whiteslip"
DATABASE = "whiteslip"
_POLL_S = 0.1
_SILENCE_S = 30.0
_LARGEST_LOG = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Status:
    """What can be said of the server without starting it."""

    alive: bool
    pid: int | None
    port: int | None
    data_folder: Path
    log: Path
    account: str
    dsn: str | None


class _Answer(Enum):
    OURS = auto()
    LATER = auto()
    NONE = auto()


def _silent(_message: str) -> None:
    pass


class EmbeddedServer:
    """A PostgreSQL server whose files lie in `home`; it outlives the process that starts it."""

    def __init__(
        self, home: Path, *, port: int | None = None, config: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self._wanted_port = port
        self._config = dict(config or {})

    def start(self, *, progress: Progress = _silent) -> str:
        """Start the server, or find it running, and return its DSN over the Unix socket.

        Crash recovery is waited for as long as it takes, told through `progress`. Raises `Conflict`
        for a port that is taken or a data folder of another version, `Unavailable` when the server
        cannot start; both say why.
        """
        places = places_for(self.home)
        try:
            places.prepare()
            with _alone(places):
                if not self._is_running(places, progress):
                    programs = binaries().readable_by(places.account)
                    create_cluster(places, programs, user=USER, progress=progress)
                    self._launch(places, programs, progress)
                self._refuse_other_port(places)
                self._create_database(places)
        except OSError as error:
            raise Unavailable(_why(str(error), places)) from error
        return self._dsn(places)

    def stop(self, mode: StopMode = "fast", *, timeout_s: int = 600) -> bool:
        """Stop the server and wait until it is down; return whether it was running."""
        places = places_for(self.home)
        if leftovers.postmaster(places.data) is None:
            return False
        programs = binaries().readable_by(places.account)
        command = [programs["pg_ctl"], "stop", "-D", places.data, "-m", mode, "-w", "-t", timeout_s]
        done = places.account.run([str(part) for part in command])
        if done.returncode != 0 and leftovers.postmaster(places.data) is not None:
            said = done.stderr.strip() or done.stdout.strip()
            raise Unavailable(f"PostgreSQL did not stop: {said}")
        return True

    def is_alive(self) -> bool:
        """Tell by a query whether the server answers."""
        return self._ask(places_for(self.home)) is _Answer.OURS

    def status(self) -> Status:
        """Tell how the server is, without changing anything."""
        places = places_for(self.home)
        alive = self._ask(places) is _Answer.OURS
        return Status(
            alive=alive,
            pid=leftovers.postmaster(places.data),
            port=_port(places),
            data_folder=places.data,
            log=places.log,
            account=places.account.name,
            dsn=self._dsn(places) if alive else None,
        )

    def tcp_dsn(self) -> str:
        """Return the DSN over TCP, for programs that cannot use the socket; password inside."""
        places = places_for(self.home)
        return make_conninfo(
            host="127.0.0.1",
            port=_port(places),
            user=USER,
            password=places.password(),
            dbname=DATABASE,
        )

    def _launch(self, places: Places, programs: Binaries, progress: Progress) -> None:
        leftovers.clear(places.data, places.socket_folder, progress)
        for _ in range(3):
            port = self._choose_port(places)
            _write_configuration(places, self._config, port)
            if _start_and_wait(places, programs, progress):
                return
        raise Unavailable(f"every port tried was taken by someone else; see {places.log}")

    def _choose_port(self, places: Places) -> int:
        if self._wanted_port is None:
            return free_port(_remembered_port(places))
        if not is_free(self._wanted_port):
            raise Conflict(f"port {self._wanted_port} is taken by another program; choose another")
        return self._wanted_port

    def _refuse_other_port(self, places: Places) -> None:
        running = _port(places)
        if self._wanted_port not in {None, running}:
            text = f"the database already runs on port {running}, not {self._wanted_port}"
            raise Conflict(f"{text}; stop it first (whiteslip down)")

    def _ask(self, places: Places) -> _Answer:
        """Ask over our socket, and make sure that what answers serves our data folder."""
        if not (places.data / "postmaster.pid").exists():
            return _Answer.NONE
        try:
            with psycopg.connect(self._dsn(places, "postgres"), connect_timeout=5) as db:
                row = db.execute("SELECT current_setting('data_directory')").fetchone()
        except psycopg.OperationalError as error:
            return _refusal(str(error))
        ours = row is not None and Path(row[0]).resolve() == places.data.resolve()
        return _Answer.OURS if ours else _Answer.NONE

    def _is_running(self, places: Places, progress: Progress) -> bool:
        """Tell whether our server runs, waiting for one that is just starting or stopping."""
        deadline = time.monotonic() + _SILENCE_S
        while (answer := self._ask(places)) is not _Answer.OURS:
            pid = leftovers.postmaster(places.data)
            if pid is None:
                return False
            if answer is _Answer.LATER:
                deadline = time.monotonic() + _SILENCE_S
            if time.monotonic() > deadline:
                text = f"{places.data} is in use by a server (process {pid}) that does not answer"
                raise Conflict(f"{text}; stop it first")
            progress("waiting for the server that is already there")
            time.sleep(_POLL_S)
        return True

    def _create_database(self, places: Places) -> None:
        with psycopg.connect(self._dsn(places, "postgres"), autocommit=True) as db:
            found = db.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if found.fetchone() is None:
                db.execute(f"CREATE DATABASE {DATABASE}")

    def _dsn(self, places: Places, database: str = DATABASE) -> str:
        folder, port = str(places.socket_folder), _port(places)
        return make_conninfo(host=folder, port=port, user=USER, dbname=database)


def _remembered_port(places: Places) -> int | None:
    try:
        return int(places.port_file.read_text())
    except (OSError, ValueError):
        return None


def _refusal(said: str) -> _Answer:
    """Read why a connection was refused: libpq tells it in words only."""
    if "too many clients" in said or "connection slots are reserved" in said:
        return _Answer.OURS
    waits = ("starting up", "shutting down", "in recovery", "not yet accepting")
    return _Answer.LATER if any(map(said.__contains__, waits)) else _Answer.NONE


def _port(places: Places) -> int | None:
    """Read the port of the running server, else the one it had."""
    try:
        return int((places.data / "postmaster.pid").read_text().splitlines()[3])
    except (OSError, ValueError, IndexError):
        return _remembered_port(places)


def _write_configuration(places: Places, config: Mapping[str, str], port: int) -> None:
    text = configuration.written(config, port=port, socket_folder=places.socket_folder)
    for path, content in ((places.data / configuration.FILE, text), (places.port_file, str(port))):
        path.write_text(content)
        places.account.take(path, mode=0o600)


def _start_and_wait(places: Places, programs: Binaries, progress: Progress) -> bool:
    """Start the server and wait until it is ready; return False if its port was taken meanwhile."""
    _turn_log(places)
    before = places.log.stat().st_size if places.log.exists() else 0
    command = [programs["pg_ctl"], "start", "-D", places.data, "-l", places.log]
    done = places.account.run([*command, "-w", "-t", "2"])
    while done.returncode != 0:
        said = _read_from(places.log, before)
        if leftovers.postmaster(places.data) is None:
            if "could not bind" in said:
                return False
            raise Unavailable(_why(said or done.stderr, places))
        if _is_ready(places):
            break
        progress((said.strip().splitlines() or ["starting"])[-1])
        time.sleep(_POLL_S * 5)
    return True


def _is_ready(places: Places) -> bool:
    """Read the state that a starting server writes into the last line of its pid file."""
    try:
        return (places.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _turn_log(places: Places) -> None:
    if places.log.exists() and places.log.stat().st_size > _LARGEST_LOG:
        places.log.replace(places.log.with_suffix(".log.1"))


def _read_from(path: Path, start: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _why(said: str, places: Places) -> str:
    if "No space left on device" in said:
        return f"the disk that holds {places.root} is full; free some space and start again"
    lines = [line.partition(":  ")[2] or line for line in said.strip().splitlines()]
    return f"PostgreSQL did not start: {'; '.join(lines[-3:])} (see {places.log})"


@contextmanager
def _alone(places: Places) -> Generator[None]:
    """Let one starter at a time work on a home folder."""
    with (places.root / "starting.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
