"""The folders of an embedded server: its data, its log, and a socket whose path is short enough."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from whiteslip.infra.embedded.accounts import Account, account_for
from whiteslip.infra.embedded.programs import SYSTEM_FOLDER
from whiteslip.kernel.errors import Conflict, NotAllowed, Unavailable

_LONGEST_SOCKET = 100
_POINTER = "where-the-database-is.txt"


@dataclass(frozen=True, slots=True)
class Places:
    """Where one server keeps what."""

    home: Path
    root: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the Unix socket, closed to everyone else."""
        near = self.root / "socket"
        if len(os.fsencode(near / ".s.PGSQL.65535")) <= _LONGEST_SOCKET:
            return near
        return Path(tempfile.gettempdir()) / f"whiteslip-{self.account.uid}-{_digest(self.root)}"

    @property
    def port_file(self) -> Path:
        """Remembers the port between starts."""
        return self.root / "port"

    @property
    def password_file(self) -> Path:
        """The password of connections over TCP; the socket needs none."""
        return self.home / "secrets" / "database-password"

    def password(self) -> str:
        """Read the password, or make one up the first time."""
        path = self.password_file
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(24))
        return path.read_text().strip()

    def prepare(self) -> None:
        """Make the folders, and check that the socket's is nobody else's."""
        _make(self.home, "the home folder")
        if self.root.parent != self.home:
            for folder in (SYSTEM_FOLDER, self.root.parent):
                _make(folder, "the folder of databases", mode=0o755)
        _make(self.root, "the database's folder")
        self.account.take(self.root, mode=0o700)
        if self.root.parent != self.home:
            self._leave_pointer()
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in {os.geteuid(), self.account.uid}:
            raise Conflict(f"{folder} belongs to someone else; remove it or choose another home")
        self.account.take(folder, mode=0o700)

    def _leave_pointer(self) -> None:
        text = f"{self.account.name}, as whom the database runs, cannot reach this folder.\n"
        (self.home / _POINTER).write_text(f"{text}The database is in {self.root}\n")


def places_for(home: Path) -> Places:
    """Decide where the server's folders go: in the home, or where its account can reach them."""
    home = home.expanduser().resolve()
    near = home / "postgres"
    far = SYSTEM_FOLDER / "data" / _digest(home)
    try:
        account = account_for(near if near.exists() else far)
        if near.exists() or account.is_current or account.may_pass(home):
            return Places(home, near, account)
    except PermissionError as error:
        raise NotAllowed(f"the home folder {home} is closed to this user") from error
    return Places(home, far, account)


def free_port(remembered: int | None) -> int:
    """Choose a TCP port on the loopback interface: the remembered one if still free."""
    if remembered is not None and is_free(remembered):
        return remembered
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a TCP port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _make(folder: Path, what: str, *, mode: int | None = None) -> None:
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(mode or folder.stat().st_mode)
    except OSError as error:
        raise Unavailable(f"{what} {folder} cannot be made: {error.strerror}") from error


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
