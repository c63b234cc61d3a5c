"""`manage.py demo_reset`: everything from the beginning, also while the site runs."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from payments.sandbox.server import Sandbox
from socialcommerce.demo import blank


class Command(BaseCommand):
    help = "Delete ALL data of this development installation and load the demo world anew."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("This deletes everything, so it runs in development only.")
        if settings.STRIPE_API_BASE:
            # Row ids begin at 1 again, and with them the idempotency keys that Stripe remembers.
            Sandbox(settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY, "").control("reset")
        blank.make()
        call_command("demo_load", stdout=self.stdout)
        self.stdout.write("The demo world stands as on the first day. Log in anew.")
