"""Whatever moves money at Stripe has its place in the books, and its cost is booked."""

from datetime import timedelta

import pytest

from accounts.models import Profile, User
from payments.gateway.client import client as stripe_client
from payments.models import AccountKind, BalanceLine, LedgerDifference, Payment, Refund
from payments.sandbox.server import Sandbox
from payments.services import payout_drives, payouts, refunds, top_ups
from payments.services.disputing import following
from socialcommerce.lib import clock
from tests.factories import people
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import NO_ACCOUNT, fund_the_site, onboarded
from tests.factories.payments import balance_of, give_back, give_money
from tests.payments.conftest import BindCard
from tests.payments.reconciling.conftest import open_rows, reconcile, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User, stripe_sandbox: Sandbox) -> Profile:
    """80.00 in the wallet and a bank that sends everything back."""
    profile = StoreProfileFactory.create(owner=bob, handle="bobs")
    onboarded(profile, stripe_sandbox, bank=NO_ACCOUNT)
    give_money(profile, 8_000)
    fund_the_site(50_000)
    return profile


def everything_agrees() -> None:
    """Both sides say the same to the cent, and so does Stripe's balance."""
    figures = usd()
    assert open_rows() == {}
    assert (figures.unmatched_count, figures.unexplained_minor) == (0, 0)
    assert (figures.books_minor, figures.completeness) == (figures.listed_minor, 100.0)
    balance = stripe_client().v1.balance.retrieve()
    parts = [*balance.available, *balance.pending]
    assert figures.books_minor == sum(part.amount for part in parts if part.currency == "usd")


def matched_kinds() -> dict[str, str]:
    """Type of each line -> kind of its ledger transaction."""
    return dict(BalanceLine.objects.values_list("type", "transaction__kind"))


def test_a_charge_is_the_payment_and_its_fee_a_cost(sale: Payment) -> None:
    reconcile()
    assert matched_kinds() == {"charge": "card_payment"}
    assert balance_of(AccountKind.COSTS) == -59
    everything_agrees()


def test_a_top_up_by_card_is_one_too(alice: User, bind: BindCard) -> None:
    card = bind(alice)
    top_ups.begin(
        profile_id=alice.profile.pk,
        amount_minor=2_500,
        instrument_id=card.pk,
        key="top-up",
        now=clock.now(),
    )
    reconcile()
    assert matched_kinds() == {"charge": "top_up"}
    everything_agrees()


def test_refunds_and_their_failures(sale: Payment, stripe_sandbox: Sandbox) -> None:
    kept, failed = (send_back(sale, minor) for minor in (300, 200))
    stripe_sandbox.control(f"refunds/{failed.stripe_id}", status="failed")
    refunds.drive(refund_id=failed.pk, now=clock.now())
    reconcile()
    assert matched_kinds() == {
        "charge": "card_payment",
        "refund": "refund_to_card",
        "refund_failure": "refund_failed",
    }
    assert BalanceLine.objects.get(source_id=kept.stripe_id).transaction is not None
    everything_agrees()


def send_back(payment: Payment, amount_minor: int) -> Refund:
    (refund,) = give_back(payment, amount_minor)
    return refunds.drive(refund_id=refund.pk, now=clock.now())


def test_what_stripe_never_took_is_no_fact_there(sale: Payment) -> None:
    """The refund is refused at once: booked and taken back here, and nothing at Stripe."""
    stripe_client().v1.refunds.create({"payment_intent": sale.stripe_id or ""})
    assert send_back(sale, 300).state == "failed"
    assert reconcile() == 2
    assert LedgerDifference.objects.filter(subject__startswith="refund").count() == 0


def test_a_payout_goes_out_and_comes_back(
    sale: Payment, store: Profile, stripe_sandbox: Sandbox
) -> None:
    payout = payouts.ask(profile_id=store.pk, now=clock.now())
    payout_drives.drive(payout_id=payout.pk, now=clock.now())
    reconcile()
    assert matched_kinds()["transfer"] == "payout"
    stripe_sandbox.control("clock", advance_seconds=3_600)
    failed = payout_drives.drive(payout_id=payout.pk, now=clock.now() + timedelta(hours=1))
    assert failed.state == "failed"
    reconcile(3)
    assert matched_kinds()["transfer_refund"] == "payout_failed"
    everything_agrees()


def test_a_cash_out_to_two_cards_is_one_fact_also_when_one_refuses_it(
    alice: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    for number in ("4242424242424242", "5555555555554444"):
        people.topped_up(alice.profile, bind(alice, number), 2_000)
    people.cash_out(people.with_pin(alice), 3_000)
    reconcile()
    assert matched_kinds()["refund"] == "cash_out"
    everything_agrees()
    refused = Refund.objects.order_by("pk").last()
    assert refused is not None
    stripe_sandbox.control(f"refunds/{refused.stripe_id}", status="failed")
    refunds.drive(refund_id=refused.pk, now=clock.now())
    reconcile(3)
    assert matched_kinds()["refund_failure"] == "cash_out_failed"
    everything_agrees()


@pytest.mark.parametrize(
    ("end", "kinds"), [("lost", ["dispute"]), ("won", ["dispute", "dispute_won"])]
)
def test_a_dispute_is_matched_with_its_cost(
    end: str, kinds: list[str], sale: Payment, stripe_sandbox: Sandbox
) -> None:
    intent = stripe_client().v1.payment_intents.retrieve(sale.stripe_id or "")
    dispute = stripe_sandbox.control(f"charges/{intent.latest_charge}/dispute", reason="general")
    following.look(stripe_id=dispute["id"], now=clock.now())
    stripe_sandbox.control(f"disputes/{dispute['id']}", status=end)
    following.look(stripe_id=dispute["id"], now=clock.now())
    reconcile()
    lines = BalanceLine.objects.filter(type="adjustment")
    assert sorted(lines.values_list("transaction__kind", flat=True)) == kinds
    assert balance_of(AccountKind.COSTS) == -59 - 1_500
    everything_agrees()


def test_what_goes_to_the_sites_own_bank_and_comes_from_there_is_booked_from_the_line(
    sale: Payment, stripe_sandbox: Sandbox
) -> None:
    fund_the_site(10_000)
    (payout,) = stripe_sandbox.control("payouts/automatic")
    reconcile()
    assert balance_of(AccountKind.BANK) == -payout["amount"] + 10_000
    assert {matched_kinds()["topup"], matched_kinds()["payout"]} == {"site_bank"}
    stripe_sandbox.control(f"payouts/{payout['id']}", status="failed")
    reconcile(3)
    assert balance_of(AccountKind.BANK) == 10_000
    everything_agrees()


def test_what_stripe_bills_is_a_cost(sale: Payment, stripe_sandbox: Sandbox) -> None:
    stripe_sandbox.control("fees", amount=250)
    reconcile()
    assert balance_of(AccountKind.COSTS) == -59 - 250
    everything_agrees()
