"""Money and cards for tests: moved through the services, so that the books stay right."""

import itertools
from datetime import timedelta

from django.db import transaction

from accounts.models import Profile
from payments.models import Account, AccountKind, Instrument, Payment, Refund, StripeCustomer
from payments.services import charges, chart, escrow, refunds, wallets
from socialcommerce.lib import clock

CURRENCY = "USD"
_numbers = itertools.count(1)


def give_money(profile: Profile, amount_minor: int) -> None:
    """The wallet has that much more."""
    key = f"test:{next(_numbers)}"
    wallets.grant(profile_id=profile.pk, amount_minor=amount_minor, key=key, now=clock.now())


def available(profile: Profile) -> int:
    return wallets.balance(profile_id=profile.pk).available_minor


def escrow_of(profile: Profile) -> int:
    """What stands in the profile's escrow, accruals included."""
    account = chart.escrow(profile.pk, CURRENCY)
    return account.posted_minor + sum(account.accruals.values_list("amount_minor", flat=True))


def wallet_of(profile: Profile) -> Account:
    return chart.wallet(profile.pk, CURRENCY)


def give_back(
    payment: Payment, amount_minor: int, *, key: str = "", to: str = "source"
) -> list[Refund]:
    """A refund as the books have it; what goes to a card waits to be driven."""
    with transaction.atomic():
        return refunds.issue(
            payment_id=payment.pk,
            amount_minor=amount_minor,
            reason="changed my mind",
            key=key or f"test:{next(_numbers)}",
            now=clock.now(),
            to=to,
        )


def release(payment: Payment, *, fee_minor: int = 0) -> None:
    escrow.release(payment_id=payment.pk, fee_minor=fee_minor, now=clock.now())


def owed_by(profile: Profile) -> int:
    """What the profile owes the site."""
    account = chart.receivable(profile.pk, CURRENCY)
    accruals = account.accruals.values_list("amount_minor", flat=True)
    return -(account.posted_minor + sum(accruals))


def balance_of(kind: AccountKind) -> int:
    """What stands in one of the site's own accounts, accruals included."""
    account = site_account(kind)
    return account.posted_minor + sum(account.accruals.values_list("amount_minor", flat=True))


def site_account(kind: AccountKind) -> Account:
    owner = chart.STRIPE if kind == AccountKind.CLEARING else chart.SITE
    return chart.account(owner=owner, kind=kind, currency=CURRENCY)


def bind_card(profile: Profile, *, is_default: bool = True) -> Instrument:
    """A card row without Stripe behind it, for tests that never reach Stripe."""
    number = next(_numbers)
    StripeCustomer.objects.get_or_create(
        profile=profile, defaults={"stripe_id": f"cus_test_{profile.pk}"}
    )
    return Instrument.objects.create(
        profile=profile,
        payment_method_id=f"pm_test_{number}",
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=clock.now().year + 2,
        fingerprint=f"fingerprint{number}",
        country="US",
        is_default=is_default,
        created_at=clock.now(),
    )


def pay(payer: Profile, payee: Profile, amount_minor: int, *, reference: str = "test:1") -> Payment:
    """A wallet payment that stands, the money in the payee's escrow."""
    with transaction.atomic():
        return charges.pay_from_wallet(
            payer_id=payer.pk,
            payee_id=payee.pk,
            amount_minor=amount_minor,
            currency=CURRENCY,
            reference=reference,
            key=f"test:{next(_numbers)}",
            now=clock.now(),
        )


def open_card_payment(
    payer: Profile,
    payee: Profile,
    card: Instrument,
    amount_minor: int = 1_000,
    *,
    wallet_part_minor: int = 0,
    gift: tuple[int, int] | None = None,
) -> Payment:
    """A card payment that Stripe has not heard of."""
    now = clock.now()
    with transaction.atomic():
        return charges.open_card_payment(
            payer_id=payer.pk,
            payee_id=payee.pk,
            amount_minor=amount_minor,
            currency=CURRENCY,
            instrument_id=card.pk,
            reference="test:card",
            key=f"test:{next(_numbers)}",
            return_url="/wallet/",
            expires_at=now + timedelta(minutes=15),
            now=now,
            wallet_part_minor=wallet_part_minor,
            gift_card_id=gift[0] if gift else None,
            gift_part_minor=gift[1] if gift else 0,
        )
