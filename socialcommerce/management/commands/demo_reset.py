"""`manage.py demo_reset`: everything from the beginning, also while the site runs."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from socialcommerce.lib import redis

# The books refuse to be emptied row by row, so the schema goes as a whole.
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


class Command(BaseCommand):
    help = "Delete ALL data of this development installation and load the demo world anew."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("This deletes everything, so it runs in development only.")
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
        redis.gate().flushdb()
        cache.clear()
        for folder in (Path(settings.MEDIA_ROOT), settings.MAILBOX_DIR):
            shutil.rmtree(folder, ignore_errors=True)
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("demo_load", stdout=self.stdout)
        self.stdout.write("The demo world stands as on the first day. Log in anew.")
