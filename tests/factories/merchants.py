"""Stores with money to be paid out, with or without a bank at the sandbox."""

from datetime import datetime

from accounts.models import Profile
from payments.gateway.client import client as stripe_client
from payments.models import ConnectAccount, ConnectState, MerchantTerms, PayoutEvery
from payments.sandbox.server import Sandbox
from payments.services import connect, merchant_terms
from socialcommerce.lib import clock

GOOD_BANK = "000123456789"
NO_ACCOUNT = "000111111116"  # payouts to it fail days later, or at once in a sandbox


def ready_account(profile: Profile) -> ConnectAccount:
    """A row that says "ready" without Stripe behind it, for tests that never reach Stripe."""
    now = clock.now()
    return ConnectAccount.objects.create(
        profile=profile,
        stripe_id=f"acct_test_{profile.pk}",
        country="US",
        email="owner@example.com",
        state=ConnectState.ENABLED,
        payouts_enabled=True,
        created_at=now,
        updated_at=now,
    )


def onboarded(profile: Profile, sandbox: Sandbox, *, bank: str = GOOD_BANK) -> ConnectAccount:
    """Through the service, and as if its owner had filled in Stripe's page."""
    wanted = connect.Onboarding(profile.pk, "US", "owner@example.com", "/merchant/", "/merchant/")
    connect.begin(wanted, now=clock.now())
    account = ConnectAccount.objects.get(profile=profile)
    sandbox.control(f"accounts/{account.stripe_id}", status="enabled", bank=bank)
    return connect.refresh(account_id=account.pk, now=clock.now())


def fund_the_site(amount_minor: int) -> None:
    """So much of the site's is available at Stripe, as card money is some days later."""
    stripe_client().v1.topups.create({"amount": amount_minor, "currency": "usd"})


def due(profile: Profile, *, now: datetime, every: str = PayoutEvery.WEEKLY) -> MerchantTerms:
    """Its payout day is today."""
    merchant_terms.of(profile.pk, now=now)
    MerchantTerms.objects.filter(profile=profile).update(
        payout_every=every, next_run_on=merchant_terms.site_day(now)
    )
    return MerchantTerms.objects.get(profile=profile)
