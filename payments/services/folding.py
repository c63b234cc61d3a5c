"""Takes accruals into the balances of their accounts, a bounded batch at a time."""

from django.db import transaction

from payments.models import Account, Accrual
from payments.services import balances

ACCOUNTS_A_RUN = 200
ACCRUALS_A_BATCH = 5_000


def fold_some() -> int:
    """Up to 200 accounts have up to 5,000 accruals less each; how many accounts were folded.

    An account that somebody else holds is left for the next run.
    """
    waiting = Accrual.objects.order_by("account_id").values_list("account_id", flat=True)
    return sum(_fold(account_id) for account_id in waiting.distinct()[:ACCOUNTS_A_RUN])


def _fold(account_id: int) -> bool:
    with transaction.atomic():
        free = Account.objects.select_for_update(skip_locked=True, no_key=True)
        if not free.filter(pk=account_id).exists():
            return False
        balances.fold(account_id, limit=ACCRUALS_A_BATCH)
        return True
