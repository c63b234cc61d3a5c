"""A payout at Stripe: transfer, bank, failure at any step, lost answers, forgotten keys."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Notification, Profile, User
from payments.gateway.client import client as stripe_client
from payments.models import ConnectAccount, Payout, StripeEvent
from payments.sandbox.server import Sandbox
from payments.services import payout_drives, payouts, stripe_events, sweeps
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import NO_ACCOUNT, fund_the_site, onboarded
from tests.factories.payments import available, give_money
from tests.payments.sandbox_fixture import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User, stripe_sandbox: Sandbox) -> Profile:
    """80.00 in the wallet, a bank, and the site has enough at Stripe."""
    profile = StoreProfileFactory.create(owner=bob, handle="bobs")
    onboarded(profile, stripe_sandbox)
    give_money(profile, 8_000)
    fund_the_site(50_000)
    return profile


@pytest.fixture
def payout(store: Profile) -> Payout:
    return payouts.ask(profile_id=store.pk, now=clock.now())


def drive(payout: Payout, **later: int) -> Payout:
    return payout_drives.drive(payout_id=payout.pk, now=clock.now() + timedelta(**later))


def transfers() -> list[object]:
    return stripe_client().v1.transfers.list().data


def at_the_bank(store: Profile) -> list[object]:
    account = ConnectAccount.objects.get(profile=store)
    options = {"stripe_account": account.stripe_id or ""}
    return stripe_client().v1.payouts.list({}, options).data


def test_it_is_sent_and_then_paid(payout: Payout, stripe_sandbox: Sandbox) -> None:
    sent = drive(payout)
    assert (sent.state, bool(sent.transfer_id), bool(sent.payout_id)) == ("sent", True, True)
    stripe_sandbox.control("clock", advance_seconds=3_600)
    assert drive(payout).state == "paid"


def test_stripes_event_says_it_too(payout: Payout, client: Client, stripe_sandbox: Sandbox) -> None:
    drive(payout)
    stripe_sandbox.control("clock", advance_seconds=3_600)
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now() + timedelta(seconds=1), limit=50)
    payout.refresh_from_db()
    assert payout.state == "paid"
    unsettled = StripeEvent.objects.exclude(state="done")
    assert not unsettled.filter(type__startswith="payout").exists()


def test_driven_again_and_again_it_is_one_payout(
    payout: Payout, store: Profile, stripe_sandbox: Sandbox
) -> None:
    for _again in range(3):
        drive(payout)
    assert (len(transfers()), len(at_the_bank(store))) == (1, 1)


def test_an_answer_that_was_lost_is_asked_for_again(
    payout: Payout, store: Profile, stripe_sandbox: Sandbox
) -> None:
    stripe_sandbox.control("rules", break_next=3)
    assert drive(payout).state == "created"
    assert sweeps.drive_payouts(now=clock.now() + timedelta(minutes=1), limit=10) == 1
    payout.refresh_from_db()
    assert payout.state == "sent"
    assert (len(transfers()), len(at_the_bank(store))) == (1, 1)


def test_a_day_later_it_is_looked_for_before_it_is_sent_again(
    payout: Payout, store: Profile, stripe_sandbox: Sandbox
) -> None:
    """Stripe forgets keys after 24 hours: sent again under the same one, it would be paid twice."""
    sent = drive(payout)
    Payout.objects.filter(pk=payout.pk).update(
        state="created", transfer_id=None, payout_id=None
    )  # as if both answers had been lost
    stripe_sandbox.control("clock", advance_seconds=2 * 86_400)
    found = drive(payout, days=2)
    assert (found.transfer_id, found.payout_id) == (sent.transfer_id, sent.payout_id)
    assert (len(transfers()), len(at_the_bank(store))) == (1, 1)


def test_what_the_site_does_not_have_yet_goes_later(bob: User, stripe_sandbox: Sandbox) -> None:
    profile = StoreProfileFactory.create(owner=bob, handle="early")
    onboarded(profile, stripe_sandbox)
    give_money(profile, 8_000)
    payout = payouts.ask(profile_id=profile.pk, now=clock.now())
    waiting = drive(payout)
    assert waiting.state == "created"
    assert "nsufficient" in waiting.trouble
    fund_the_site(50_000)
    done = drive(payout)
    assert (done.state, done.trouble) == ("sent", "")


def test_a_bank_that_refuses_sends_it_back_to_the_wallet_with_words(
    bob: User, stripe_sandbox: Sandbox, client_of
) -> None:
    profile = StoreProfileFactory.create(owner=bob, handle="closed")
    onboarded(profile, stripe_sandbox, bank=NO_ACCOUNT)
    give_money(profile, 8_000)
    fund_the_site(50_000)
    payout = payouts.ask(profile_id=profile.pk, now=clock.now())
    drive(payout)
    stripe_sandbox.control("clock", advance_seconds=3_600)
    failed = drive(payout)
    assert (failed.state, failed.failure_code) == ("failed", "no_account")
    assert available(profile) == 8_000
    assert Notification.objects.get(recipient=bob.profile).kind == "payments.payout_failed"
    page = client_of(bob).get(f"/merchant/payments/payout/{payout.pk}/change/").content.decode()
    assert "does not know the account" in page
    assert "in your wallet" in page


def test_paid_and_sent_back_days_later_it_is_in_the_wallet_again(
    payout: Payout, store: Profile, client: Client, stripe_sandbox: Sandbox
) -> None:
    drive(payout)
    stripe_sandbox.control("clock", advance_seconds=3_600)
    paid = drive(payout)
    assert paid.state == "paid"
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now() + timedelta(seconds=1), limit=50)
    stripe_sandbox.control(
        f"payouts/{paid.payout_id}", status="failed", failure_code="account_closed"
    )
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now() + timedelta(seconds=1), limit=50)
    payout.refresh_from_db()
    assert (payout.state, payout.failure_code) == ("failed", "account_closed")
    assert available(store) == 8_000


def test_an_account_that_was_stopped_meanwhile_gives_the_money_back(
    payout: Payout, store: Profile, stripe_sandbox: Sandbox
) -> None:
    account = ConnectAccount.objects.get(profile=store)
    stripe_sandbox.control(f"accounts/{account.stripe_id}", status="rejected")
    failed = drive(payout)
    assert failed.state == "failed"
    assert available(store) == 8_000


def test_an_operator_sends_it_once_more_and_not_twice(
    payout: Payout, store: Profile, stripe_sandbox: Sandbox
) -> None:
    paid = drive(payout)
    with pytest.raises(payouts.NoPayout, match="has not come back"):
        payouts.retry(payout_id=payout.pk, now=clock.now())
    stripe_sandbox.control(f"payouts/{paid.payout_id}", status="failed")
    assert drive(payout).state == "failed"
    again = payouts.retry(payout_id=payout.pk, now=clock.now())
    assert (again.attempt, again.amount_minor, available(store)) == (2, 8_000, 0)
    with pytest.raises(payouts.NoPayout):
        payouts.retry(payout_id=payout.pk, now=clock.now())
    assert drive(again).state == "sent"


def test_what_was_spent_meanwhile_is_not_sent_once_more(
    payout: Payout, store: Profile, alice: User, stripe_sandbox: Sandbox
) -> None:
    sent = drive(payout)
    stripe_sandbox.control(f"payouts/{sent.payout_id}", status="failed")
    drive(payout)
    Payout.objects.filter(pk=payout.pk).update(amount_minor=8_001)
    with pytest.raises(payouts.NoPayout, match="less than that"):
        payouts.retry(payout_id=payout.pk, now=clock.now())
    Payout.objects.filter(pk=payout.pk).update(amount_minor=8_000)
