"""Merchants' own accounts at Stripe: begun on Stripe's page, paid into, paid out to a bank.

Charges are the site's; a payout is a transfer into the merchant's account and then a payout from
there to its bank. Source: https://docs.stripe.com/connect/separate-charges-and-transfers
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import stripe

from payments.gateway import amounts
from payments.gateway.client import client, translated
from payments.gateway.errors import Unavailable

PAGE = 100  # Stripe's largest


@dataclass(frozen=True, slots=True)
class ConnectResult:
    """An account as Stripe has it now. `missing` are Stripe's names of what it still asks for,
    what is past its time first; `disabled_reason` is empty while nothing is stopped.
    """

    id: str
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    missing: tuple[str, ...]
    disabled_reason: str


@dataclass(frozen=True, slots=True)
class TransferResult:
    """Money in a merchant's account; `is_reversed` once all of it was fetched back."""

    id: str
    is_reversed: bool


class PayoutStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


# A cancelled payout leaves the money in the merchant's account, as a failed one does.
_PAYOUT_STATUSES = {
    "pending": PayoutStatus.PENDING,
    "in_transit": PayoutStatus.PENDING,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class PayoutResult:
    """A payout to a bank as Stripe has it now. It may still fail after it was paid."""

    id: str
    status: PayoutStatus
    failure_code: str


def create_account(
    *, email: str, country: str, metadata: Mapping[str, str], idempotency_key: str
) -> ConnectResult:
    """Return a new account that can be paid into once its owner has told Stripe who they are.

    Its money stays until a payout of ours moves it. Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        account = client().v1.accounts.create(
            {
                "country": country,
                "email": email,
                "capabilities": {"transfers": {"requested": True}},
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
                "settings": {"payouts": {"schedule": {"interval": "manual"}}},
                "metadata": dict(metadata),
            },
            {"idempotency_key": idempotency_key},
        )
    return _account(account)


def retrieve_account(account_id: str) -> ConnectResult:
    """Return the account as it is now. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        account = client().v1.accounts.retrieve(account_id)
    return _account(account)


def find_account(*, metadata: Mapping[str, str], since: datetime) -> ConnectResult | None:
    """Return the account with these metadata that was made since then, if there is one.

    For a request whose key Stripe has forgotten. Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        found = client().v1.accounts.list({"created": {"gte": _second(since)}, "limit": PAGE})
        for account in found.auto_paging_iter():
            if _carries(account, metadata):
                return _account(account)
    return None


def create_onboarding_page(*, account_id: str, refresh_url: str, return_url: str) -> str:
    """Return the address of Stripe's page for the account's owner, good once and for minutes.

    An old or used one leads to `refresh_url`; whoever is done, or leaves, to `return_url`.
    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        link = client().v1.account_links.create(
            {
                "account": account_id,
                "type": "account_onboarding",
                "refresh_url": refresh_url,
                "return_url": return_url,
            }
        )
    return link.url


def create_transfer(
    *, account_id: str, amount_minor: int, currency: str, group: str, idempotency_key: str
) -> TransferResult:
    """Move money of the site's into the merchant's account; `group` finds it again.

    Raises Unavailable, Rejected (``balance_insufficient``: not yet), NotConfigured.
    """
    with translated():
        transfer = client().v1.transfers.create(
            {
                "amount": amounts.to_stripe(amount_minor, currency),
                "currency": currency.lower(),
                "destination": account_id,
                "transfer_group": group,
            },
            {"idempotency_key": idempotency_key},
        )
    return _transfer(transfer)


def find_transfer(group: str) -> TransferResult | None:
    """Return the transfer of that group, if it was made. Raises like `retrieve_transfer`."""
    with translated():
        found = client().v1.transfers.list({"transfer_group": group, "limit": 1}).data
    return _transfer(found[0]) if found else None


def retrieve_transfer(transfer_id: str) -> TransferResult:
    """Return the transfer as it is now. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        transfer = client().v1.transfers.retrieve(transfer_id)
    return _transfer(transfer)


def reverse_transfer(transfer_id: str, *, idempotency_key: str) -> str:
    """Fetch all of a transfer back, and return the reversal's id.

    Raises Unavailable, Rejected (the money is not in the merchant's account any more, say),
    NotConfigured.
    """
    with translated():
        reversal = client().v1.transfers.reversals.create(
            transfer_id, {}, {"idempotency_key": idempotency_key}
        )
    return reversal.id


def create_payout(
    *,
    account_id: str,
    amount_minor: int,
    currency: str,
    metadata: Mapping[str, str],
    idempotency_key: str,
) -> PayoutResult:
    """Send money from the merchant's account to its bank. Raises Unavailable, Rejected (no bank,
    payouts stopped), NotConfigured.
    """
    with translated():
        payout = client().v1.payouts.create(
            {
                "amount": amounts.to_stripe(amount_minor, currency),
                "currency": currency.lower(),
                "metadata": dict(metadata),
            },
            {"idempotency_key": idempotency_key, "stripe_account": account_id},
        )
    return _payout(payout)


def retrieve_payout(payout_id: str, *, account_id: str) -> PayoutResult:
    """Return the payout as it is now. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        payout = client().v1.payouts.retrieve(payout_id, None, {"stripe_account": account_id})
    return _payout(payout)


def find_payout(
    *, account_id: str, metadata: Mapping[str, str], since: datetime
) -> PayoutResult | None:
    """Return the account's payout with these metadata that was made since then, if there is one.

    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        found = client().v1.payouts.list(
            {"created": {"gte": _second(since)}, "limit": PAGE}, {"stripe_account": account_id}
        )
        for payout in found.auto_paging_iter():
            if _carries(payout, metadata):
                return _payout(payout)
    return None


def _account(account: stripe.Account) -> ConnectResult:
    asked = getattr(account, "requirements", None)
    due = [
        *(getattr(asked, "past_due", None) or ()),
        *(getattr(asked, "currently_due", None) or ()),
    ]
    return ConnectResult(
        id=account.id,
        charges_enabled=bool(account.charges_enabled),
        payouts_enabled=bool(account.payouts_enabled),
        details_submitted=bool(account.details_submitted),
        missing=tuple(dict.fromkeys(str(name) for name in due)),
        disabled_reason=getattr(asked, "disabled_reason", None) or "",
    )


def _transfer(transfer: stripe.Transfer) -> TransferResult:
    return TransferResult(transfer.id, bool(transfer.reversed))


def _payout(payout: stripe.Payout) -> PayoutResult:
    status = _PAYOUT_STATUSES.get(payout.status)
    if status is None:
        # It stands there, whatever it is: as a failure the money would be paid twice.
        raise Unavailable(f"Stripe gave a payout the unknown status {payout.status}.")
    return PayoutResult(payout.id, status, getattr(payout, "failure_code", None) or "")


def _carries(subject: stripe.Account | stripe.Payout, metadata: Mapping[str, str]) -> bool:
    return all(getattr(subject.metadata, name, None) == value for name, value in metadata.items())


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
