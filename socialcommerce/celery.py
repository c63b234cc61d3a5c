"""The Celery application: JSON only, every task is a nudge and the row is the queue."""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcommerce.settings")

app = Celery("plaza")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def look_at_connections(**_: Any) -> None:
    """A connection serves many tasks (CELERY_DB_REUSE_MAX), unless it has aged or was ended.

    Connecting costs both sides more than a thin batch does.
    """
    close_old_connections()


@heartbeat_sent.connect
def show_alive(**_: Any) -> None:
    """/readyz finds a worker's sign of life for as long as its heart beats (every 2 s)."""
    from socialcommerce.health import HEARTBEAT_SECONDS, WORKER_KEY  # noqa: PLC0415  needs settings
    from socialcommerce.lib import redis  # noqa: PLC0415

    try:
        redis.cache().set(WORKER_KEY, "1", ex=HEARTBEAT_SECONDS)
    except redis.RedisError:
        return  # the broker is away too; /readyz says so by itself
