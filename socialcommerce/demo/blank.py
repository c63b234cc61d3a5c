"""An installation without any data, as before the first migration. Development only."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from socialcommerce.lib import redis

# The books refuse to be emptied row by row, so the schema goes as a whole.
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


def make() -> None:
    """PostgreSQL holds empty tables, Redis and the folders of pictures and mail hold nothing.

    Raises RuntimeError outside development.
    """
    if not settings.DEVELOPMENT:
        raise RuntimeError("Everything can be deleted in development only.")
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
    redis.gate().flushdb()
    cache.clear()
    for folder in (Path(settings.MEDIA_ROOT), settings.MAILBOX_DIR):
        shutil.rmtree(folder, ignore_errors=True)
    call_command("migrate", interactive=False, verbosity=0)
