"""What stands in the books in the end, in words that do not depend on row numbers."""

from collections import Counter
from typing import Any

from accounts.models import Profile
from payments.models import Account, Payment, Refund, Transfer


def books() -> dict[str, Any]:
    """Payments and refunds by story, every movement, every balance."""
    return {
        "payments": _payments(),
        "refunds": _refunds(),
        "movements": _movements(),
        "balances": _balances(),
    }


def _payments() -> dict[str, tuple[Any, ...]]:
    fields = ("state", "captured_minor", "refunded_minor", "released_minor", "clawed_minor")
    rows = Payment.objects.values_list("reference", *fields, "decline_code", "flag")
    return {reference: facts for reference, *facts in rows}  # type: ignore[misc]


def _refunds() -> Counter[tuple[Any, ...]]:
    return Counter(Refund.objects.values_list("payment__reference", "amount_minor", "to", "state"))


def _movements() -> Counter[tuple[Any, ...]]:
    names = _names()
    rows = Transfer.objects.select_related("transaction", "from_account", "to_account")
    return Counter(
        (
            row.transaction.kind,
            row.transaction.memo,
            _name(row.from_account, names),
            _name(row.to_account, names),
            row.amount_minor,
        )
        for row in rows
    )


def _balances() -> dict[str, int]:
    names = _names()
    return {
        _name(account, names): account.posted_minor
        + sum(account.accruals.values_list("amount_minor", flat=True))
        for account in Account.objects.prefetch_related("accruals")
    }


def _names() -> dict[str, str]:
    return {f"profile:{pk}": handle for pk, handle in Profile.objects.values_list("pk", "handle")}


def _name(account: Account, names: dict[str, str]) -> str:
    return f"{names.get(account.owner, account.owner)}:{account.kind}"
