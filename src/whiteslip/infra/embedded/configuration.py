"""How the embedded server is configured: safe, then fast for many small transactions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

FILE = "whiteslip.conf"
_MB = 1024 * 1024

ACCESS = """\
# The socket lies in a folder closed to everyone else; TCP asks for a password.
local all all trust
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""


def defaults() -> dict[str, str]:
    """What suits a laptop; shared_buffers is a quarter of the memory, 128 MB to 2 GB."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MB
    return {
        "shared_buffers": f"{min(2048, max(128, memory_mb // 4))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_connections": "64",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "autovacuum": "on",
        "max_wal_size": "4GB",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "off",
        "jit": "off",
        "random_page_cost": "1.1",
        "huge_pages": "try",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": "off",
    }


def written(settings: Mapping[str, str], *, port: int, socket_folder: Path) -> str:
    """Write the configuration file; values are quoted, so no value can become another setting."""
    fixed = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
    }
    lines = ["# Written at every start; own settings go into postgresql.auto.conf (ALTER SYSTEM)."]
    for name, value in {**defaults(), **settings, **fixed}.items():
        escaped = value.replace("'", "''")
        lines.append(f"{name} = '{escaped}'")
    return "\n".join(lines) + "\n"
