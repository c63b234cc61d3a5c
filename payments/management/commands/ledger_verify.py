"""`manage.py ledger_verify`: proves the books; exit status 1 and a line for each difference.

Says besides where the clearing accounts stand, and how old the oldest of that is.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.models import Account, LedgerTransaction
from payments.services import clearing, ledger
from payments.services.clearing import Standing
from socialcommerce.lib import clock
from socialcommerce.lib.money import plain_amount


class Command(BaseCommand):
    help = "Every balance again from its legs: exit status 0 if the books prove, 1 if not."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = ledger.verify()
        for standing in clearing.standings():
            self.stdout.write(_words(standing))
        for found in differences:
            self.stdout.write(
                f"{found.kind}: {found.subject}: expected {found.expected}, is {found.actual}"
            )
        if differences:
            raise CommandError(f"{len(differences)} differences. Nothing was changed.")
        accounts, transactions = Account.objects.count(), LedgerTransaction.objects.count()
        self.stdout.write(f"The books prove: {transactions} transactions, {accounts} accounts.")


def _words(standing: Standing) -> str:
    """Where a clearing account stands, and how old the oldest of it is."""
    amount = plain_amount(standing.balance_minor, standing.currency)
    said = f"clearing: {standing.owner} {amount} {standing.currency}"
    if standing.oldest_at is None:
        return said
    days = (clock.now() - standing.oldest_at).days
    return f"{said}, the oldest of it of {standing.oldest_at:%Y-%m-%d %H:%M} ({days} days)"
