"""`manage.py demo_reset`: everything from the beginning, also while the site runs."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from payments.sandbox.server import Sandbox
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
        if settings.STRIPE_API_BASE:
            # Row ids begin at 1 again, and with them the idempotency keys that Stripe remembers.
            Sandbox(settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY, "").control("reset")
        redis.gate().flushdb()
        cache.clear()
        for folder in (Path(settings.MEDIA_ROOT), settings.MAILBOX_DIR):
            shutil.rmtree(folder, ignore_errors=True)
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("demo_load", stdout=self.stdout)
        self.stdout.write("The demo world stands as on the first day. Log in anew.")
