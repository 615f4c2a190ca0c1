"""What is counted for Prometheus; labels are codes and routes, never persons.

Processes that answer at one port count into one folder, so that whichever is asked tells of all; the folder's name is
in the environment before this is imported, as `prometheus_client` wants it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from whiteslip.infra.processes import is_alive

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the environment that names the folder processes share."""

REQUESTS = Counter("whiteslip_http_requests", "Answers by route and status.", ["route", "status"])
LATENCY = Histogram(
    "whiteslip_http_seconds",
    "Seconds from a request's arrival to its answer.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
BATCH_SIZE = Histogram(
    "whiteslip_batch_size",
    "Requests executed in one transaction.",
    ["lane"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
BATCH_SECONDS = Histogram(
    "whiteslip_batch_seconds",
    "Seconds one batch took, commit included.",
    ["lane"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
QUEUED = Gauge(
    "whiteslip_queue_depth",
    "Requests waiting or being executed.",
    ["lane"],
    multiprocess_mode="livesum",
)
TURNED_AWAY = Counter("whiteslip_turned_away", "Requests a full queue refused.", ["lane"])
OUTCOMES = Counter("whiteslip_outcomes", "Purchases by outcome.", ["outcome"])
REFUSALS = Counter("whiteslip_refusals", "Declined purchases by reason code.", ["code"])
DELIVERED = Counter("whiteslip_events_delivered", "Events taken from the outbox.", ["topic"])
UNDELIVERED = Gauge(
    "whiteslip_messages_waiting",
    "Messages that are not sent yet.",
    multiprocess_mode="livemostrecent",
)
SILENT = Gauge(
    "whiteslip_outside_silent",
    "1 while an outside party does not answer.",
    ["party"],
    multiprocess_mode="livemax",
)
UNANSWERED = Gauge(
    "whiteslip_debits_unanswered",
    "Debits a bank was handed and did not answer for in time.",
    multiprocess_mode="livemostrecent",
)


def page() -> bytes:
    """Write everything counted in Prometheus' text format, of all processes that share the folder."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return generate_latest()
    for file in Path(folder).glob("gauge_live*.db"):
        if not is_alive(int(file.stem.rpartition("_")[2])):
            file.unlink(missing_ok=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)
