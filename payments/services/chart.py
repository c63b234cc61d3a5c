"""The chart of accounts: which accounts there are and what each kind may do (docs/ledger.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection

from payments.models import Account, AccountKind
from socialcommerce.lib import arrays

SITE: Final = "site"
STRIPE: Final = "stripe"


@dataclass(frozen=True, slots=True)
class Nature:
    """`floor_minor` is the lowest balance, None for none; `accrues` as on Account."""

    floor_minor: int | None
    accrues: bool


NATURES: Final = {
    AccountKind.WALLET: Nature(floor_minor=0, accrues=False),
    AccountKind.ESCROW: Nature(floor_minor=0, accrues=True),
    AccountKind.RESERVE: Nature(floor_minor=0, accrues=False),
    AccountKind.FEES: Nature(floor_minor=None, accrues=True),
    AccountKind.COSTS: Nature(floor_minor=None, accrues=True),
    AccountKind.CLEARING: Nature(floor_minor=None, accrues=True),
    AccountKind.BANK: Nature(floor_minor=None, accrues=True),
    AccountKind.EQUITY: Nature(floor_minor=None, accrues=True),
    AccountKind.RECEIVABLE: Nature(floor_minor=None, accrues=True),
    AccountKind.GIFT_CARD: Nature(floor_minor=0, accrues=False),
    AccountKind.MARKETING: Nature(floor_minor=None, accrues=True),
}


def owner_of(profile_id: int) -> str:
    return f"profile:{profile_id}"


def account(*, owner: str, kind: AccountKind, currency: str) -> Account:
    """The account, opened empty if it was not there."""
    nature = NATURES[kind]
    found, _ = Account.objects.get_or_create(
        owner=owner,
        kind=kind,
        currency=currency,
        defaults={"floor_minor": nature.floor_minor, "accrues": nature.accrues},
    )
    return found


def accounts(*, owners: Iterable[str], kind: AccountKind, currency: str) -> dict[str, int]:
    """Owner -> account id for all of them, opened where missing; at most three statements."""
    wanted = set(owners)
    found = existing(wanted, kind, currency)
    missing = sorted(wanted - found.keys())
    if missing:
        nature = NATURES[kind]
        Account.objects.bulk_create(
            [
                Account(
                    owner=owner,
                    kind=kind,
                    currency=currency,
                    floor_minor=nature.floor_minor,
                    accrues=nature.accrues,
                )
                for owner in missing
            ],
            ignore_conflicts=True,
        )
        found |= existing(set(missing), kind, currency)
    return found


def existing(owners: set[str], kind: AccountKind, currency: str) -> dict[str, int]:
    """Owner -> account id for those that have one. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner, id FROM payments_account"
            " WHERE owner = ANY(%s::text[]) AND kind = %s AND currency = %s",
            [arrays.texts(list(owners)), kind.value, currency],
        )
        return dict(cursor.fetchall())


def wallet(profile_id: int, currency: str) -> Account:
    return account(owner=owner_of(profile_id), kind=AccountKind.WALLET, currency=currency)


def escrow(profile_id: int, currency: str) -> Account:
    """What a payee was paid and does not have yet: until receipt, or until it goes back."""
    return account(owner=owner_of(profile_id), kind=AccountKind.ESCROW, currency=currency)


def receivable(profile_id: int, currency: str) -> Account:
    """Minus what a payee owes the site: refunds that neither escrow nor wallet could cover."""
    return account(owner=owner_of(profile_id), kind=AccountKind.RECEIVABLE, currency=currency)


def reserve(profile_id: int, currency: str) -> Account:
    """What a young store has sold and gets some weeks later."""
    return account(owner=owner_of(profile_id), kind=AccountKind.RESERVE, currency=currency)


def fees(currency: str) -> Account:
    return account(owner=SITE, kind=AccountKind.FEES, currency=currency)


def costs(currency: str) -> Account:
    """Minus what the site has paid for its own: Stripe's fees, those of disputes among them."""
    return account(owner=SITE, kind=AccountKind.COSTS, currency=currency)


def clearing(currency: str) -> Account:
    """The other side of what Stripe took and gave: minus what the site should have there."""
    return account(owner=STRIPE, kind=AccountKind.CLEARING, currency=currency)


def bank(currency: str) -> Account:
    """Minus what went from Stripe to the site's own bank, less what came from there."""
    return account(owner=SITE, kind=AccountKind.BANK, currency=currency)


def equity(currency: str) -> Account:
    return account(owner=SITE, kind=AccountKind.EQUITY, currency=currency)


def gift_card(card_id: int, currency: str) -> Account:
    """What can be spent from one gift card, and what the site owes whoever has it."""
    return account(owner=f"gift:{card_id}", kind=AccountKind.GIFT_CARD, currency=currency)


def marketing(currency: str) -> Account:
    """Minus what the site has given away: gift cards that nobody paid, its coupons."""
    return account(owner=SITE, kind=AccountKind.MARKETING, currency=currency)
