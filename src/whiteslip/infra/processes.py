"""Processes of the system: whether one is there."""

from __future__ import annotations

import os


def is_alive(pid: int) -> bool:
    """Tell whether a process is there, whoever's it is, by a signal that does nothing."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
