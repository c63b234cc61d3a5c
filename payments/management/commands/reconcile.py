"""`manage.py reconcile [--day 2027-01-31]`: Stripe's list beside the books.

Reads that day, or all that are due; says how the two stand. Exit status 1 if anything is apart
that time alone does not explain, or Stripe does not answer.
"""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments import gateway
from payments.models import LedgerDifference
from payments.services.reconciling import days
from payments.services.reconciling.explaining import TIMING, WORDS
from payments.services.reconciling.figures import Figures, figures
from socialcommerce.lib import clock
from socialcommerce.lib.money import plain_amount


class Command(BaseCommand):
    help = "Stripe's list of a day beside the books: exit status 0 if nothing is apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="in UTC; default: all due")

    def handle(self, *, day: date | None, **options: Any) -> None:
        now = clock.now()
        wanted = days.due(now=now) if day is None else [day]
        try:
            for one in wanted:
                days.run(one, now=now)
                self.stdout.write(f"{one}: read")
        except gateway.GatewayError as error:
            raise CommandError(f"Stripe: {error}. What was read is kept; try again.") from error
        for standing in figures():
            self.stdout.write(_words(standing))
        waiting = LedgerDifference.objects.filter(resolved_at=None, kind__in=WORDS)
        for row in waiting.order_by("pk"):
            self.stdout.write(
                f"{row.kind}: {row.subject}: expected {row.expected}, is {row.actual}"
            )
        count = waiting.exclude(kind=TIMING).count()
        if count:
            raise CommandError(f"{count} differences. An operator works them off.")


def _words(one: Figures) -> str:
    def amount(minor: int) -> str:
        return plain_amount(minor, one.currency)

    return (
        f"{one.currency}: books {amount(one.books_minor)}, Stripe {amount(one.listed_minor)},"
        f" unmatched {one.unmatched_count} ({amount(one.unmatched_minor)}),"
        f" complete {one.completeness:.2f} %, unexplained {amount(one.unexplained_minor)}"
    )
