"""What the process counts for Prometheus; labels are codes and routes, never persons."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, generate_latest

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
QUEUED = Gauge("whiteslip_queue_depth", "Requests waiting or being executed.", ["lane"])
TURNED_AWAY = Counter("whiteslip_turned_away", "Requests a full queue refused.", ["lane"])
OUTCOMES = Counter("whiteslip_outcomes", "Purchases by outcome.", ["outcome"])
REFUSALS = Counter("whiteslip_refusals", "Declined purchases by reason code.", ["code"])
DELIVERED = Counter("whiteslip_events_delivered", "Events taken from the outbox.", ["topic"])
UNDELIVERED = Gauge("whiteslip_messages_waiting", "Messages that are not sent yet.")
SILENT = Gauge("whiteslip_outside_silent", "1 while an outside party does not answer.", ["party"])


def page() -> bytes:
    """Write everything counted in Prometheus' text format."""
    return generate_latest()
