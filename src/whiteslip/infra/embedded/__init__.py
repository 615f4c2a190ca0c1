"""A PostgreSQL of our own on this machine: started, watched, recovered and stopped by us."""

from whiteslip.infra.embedded.programs import Binaries, binaries
from whiteslip.infra.embedded.server import EmbeddedServer, Status, StopMode

__all__ = ["Binaries", "EmbeddedServer", "Status", "StopMode", "binaries"]
