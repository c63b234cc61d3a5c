"""Run the Stripe sandbox: `manage.py stripe_sandbox --port 8100`. Development and tests only."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments.sandbox.server import Refused, started


class Command(BaseCommand):
    help = "Serve a stand-in for Stripe's API on the loopback interface until it is stopped."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--state-dir", type=Path, default=Path("var/stripe"))

    def handle(self, *, port: int, state_dir: Path, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _stop)
        try:
            with started(
                environment=settings.PLAZA_ENV,
                state_dir=state_dir,
                secret_key=_needed("STRIPE_SECRET_KEY", settings.STRIPE_SECRET_KEY),
                webhook_secret=_needed("STRIPE_WEBHOOK_SECRET", *settings.STRIPE_WEBHOOK_SECRETS),
                webhook_url=f"{settings.SITE_URL}/payments/webhooks/stripe/",
                port=port,
            ) as (sandbox, serve):
                self.stdout.write(f"Stripe sandbox on {sandbox.url}, events to {settings.SITE_URL}")
                serve()
        except KeyboardInterrupt:
            return
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            raise CommandError(f"The sandbox cannot listen on port {port}: {error}") from error


def _needed(name: str, *values: str) -> str:
    if not values or not values[0]:
        raise CommandError(f"{name} is empty; the sandbox needs the key that the site uses.")
    return values[0]


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
