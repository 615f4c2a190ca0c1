"""Making a data folder: in a draft that is renamed when complete, so no half-made one is used."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from whiteslip.infra.embedded import configuration
from whiteslip.infra.embedded.places import Places
from whiteslip.infra.embedded.programs import Binaries
from whiteslip.kernel.errors import Conflict, Unavailable

_DRAFT = "data.draft-"


def create_cluster(
    places: Places, programs: Binaries, *, user: str, progress: Callable[[str], None]
) -> None:
    """Make the data folder unless there is one; refuse another version or missing parts."""
    for draft in places.root.glob(f"{_DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)
    data = places.data
    if data.exists() and any(data.iterdir()):
        _refuse_unusable(data, programs)
        return
    progress("making a new database")
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=places.root))
    places.account.take(draft, mode=0o700)
    try:
        _initialize(places, programs, draft, user)
        draft.rename(data)
        _flush(places.root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _initialize(places: Places, programs: Binaries, draft: Path, user: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=places.root, prefix="password-") as file:
        file.write(places.password())
        file.flush()
        places.account.take(Path(file.name), mode=0o600)
        options = ["--encoding", "UTF8", "--locale", "C", "--username", user, "--data-checksums"]
        options += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        options += ["--auth", "scram-sha-256", "--pwfile", file.name]
        done = places.account.run([programs["initdb"], "-D", draft, *options])
    if done.returncode != 0:
        said = done.stderr.strip()
        if "No space left on device" in said:
            raise Unavailable(f"the disk that holds {places.root} is full; free some space")
        raise Unavailable(f"a new database could not be made in {places.root}: {said}")
    (draft / "pg_hba.conf").write_text(configuration.ACCESS)
    with (draft / "postgresql.conf").open("a") as conf:
        conf.write(f"include_if_exists = '{configuration.FILE}'\n")


def _refuse_unusable(data: Path, programs: Binaries) -> None:
    version = data / "PG_VERSION"
    if not version.exists() or not (data / "global" / "pg_control").exists():
        text = f"{data} is not a complete data folder; move it away (nothing was changed)"
        raise Conflict(text)
    found = version.read_text().strip()
    if found != programs.major:
        raise Conflict(
            f"{data} was made by PostgreSQL {found}, the programs here are {programs.major}; "
            f"back it up with version {found} (whiteslip backup) and restore it with this one"
        )


def _flush(folder: Path) -> None:
    """Make a rename durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
