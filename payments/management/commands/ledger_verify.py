"""`manage.py ledger_verify`: proves the books; exit status 1 and a line for each difference."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.models import Account, LedgerTransaction
from payments.services import ledger


class Command(BaseCommand):
    help = "Every balance again from its legs: exit status 0 if the books prove, 1 if not."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = ledger.verify()
        for found in differences:
            self.stdout.write(
                f"{found.kind}: {found.subject}: expected {found.expected}, is {found.actual}"
            )
        if differences:
            raise CommandError(f"{len(differences)} differences. Nothing was changed.")
        accounts, transactions = Account.objects.count(), LedgerTransaction.objects.count()
        self.stdout.write(f"The books prove: {transactions} transactions, {accounts} accounts.")
