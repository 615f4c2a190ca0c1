"""The account PostgreSQL runs as: ours or, since it refuses to run as root, a system user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from whiteslip.kernel.errors import NotAllowed, Unavailable

SYSTEM_USER = "whiteslip"
_LAST_RESORT = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """An operating-system user that programs are run as."""

    uid: int
    gid: int
    name: str

    @property
    def is_current(self) -> bool:
        """Tell whether this process already runs as the account."""
        return os.geteuid() == self.uid

    def run(
        self, command: Sequence[str | Path], *, timeout_s: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, in the root folder, with a minimal environment."""
        drop = None if self.is_current else self
        return subprocess.run(
            list(map(str, command)),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            timeout=timeout_s,
            user=drop.uid if drop else None,
            group=drop.gid if drop else None,
            extra_groups=[] if drop else None,
        )

    def take(self, path: Path, *, mode: int) -> None:
        """Make a file or folder the account's own, with the given permissions."""
        if not self.is_current:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def may_pass(self, folder: Path) -> bool:
        """Tell whether the account can traverse a folder and all its parents."""
        return all(self._may_enter(part) for part in (folder, *folder.parents) if part.exists())

    def _may_enter(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & 0o100)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & 0o010)
        return bool(facts.st_mode & 0o001)


def account_for(data: Path) -> Account:
    """Choose who runs the server: we; if we are root, the owner of its data or a system user."""
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            owner = _by_uid(data.stat().st_uid).name
            raise NotAllowed(f"the database in {data} belongs to {owner}; run as {owner}")
        return _by_uid(os.geteuid())
    if data.exists() and data.stat().st_uid != 0:
        return _by_uid(data.stat().st_uid)
    return _named(SYSTEM_USER) or _created() or _named(_LAST_RESORT) or _none()


def _by_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # containers run under numbers that have no name
        return Account(uid, os.getegid(), str(uid))
    return Account(uid, entry.pw_gid, entry.pw_name)


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, name)


def _created() -> Account | None:
    useradd = shutil.which("useradd", path=f"/usr/sbin:/sbin:{os.defpath}")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    subprocess.run(command, check=False, capture_output=True)
    return _named(SYSTEM_USER)


def _none() -> Account:
    raise Unavailable(
        f"PostgreSQL does not run as root and there is no user {SYSTEM_USER!r} to run it as; "
        f"create one (useradd --system {SYSTEM_USER}) or run as an ordinary user"
    )
