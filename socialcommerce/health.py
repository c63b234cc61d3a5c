"""Is the process alive, and does it have what it needs?"""

import logging
from collections.abc import Callable
from functools import cache as once

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

# Written with an expiry: by celery.py at each heartbeat, by flashsale's controller each second.
WORKER_KEY = "plaza:worker:alive"
CONTROLLER_KEY = "plaza:controller:alive"
HEARTBEAT_SECONDS = 10


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 with every part "ok", or 503 and what each missing part said."""
    parts = {name: _state(check) for name, check in CHECKS.items()}
    missing = [name for name, state in parts.items() if state != "ok"]
    return JsonResponse(
        {"ready": not missing, "missing": missing, "parts": parts}, status=503 if missing else 200
    )


class Missing(Exception):
    """A part is not there; the message says which and what to do."""


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except Missing as missing:
        return str(missing)
    except (DatabaseError, redis.RedisError) as error:
        logger.warning("Not ready: %s", error)
        return "does not answer"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@once
def _migrations() -> None:
    """Reads every migration file, so a process that saw them all applied does not look again."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Missing(f"{len(waiting)} migrations wait: run manage.py migrate")


def _cache() -> None:
    redis.cache().ping()


def _gate() -> None:
    redis.gate().ping()


def _worker() -> None:
    if not redis.cache().exists(WORKER_KEY):
        raise Missing("no Celery worker has shown up in the last seconds")


def _controller() -> None:
    if not redis.cache().exists(CONTROLLER_KEY):
        raise Missing("no sale controller has shown up in the last seconds")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _cache,
    "redis_gate": _gate,
    "worker": _worker,
    "controller": _controller,
}


def state_of(part: str) -> str:
    """What that part of CHECKS said; "ok" where it is there."""
    return _state(CHECKS[part])
