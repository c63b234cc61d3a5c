"""timing, missing here, missing there, amount, currency, fee: each says what it is, once."""

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import User
from payments import gateway
from payments.gateway.client import client as stripe_client
from payments.models import BalanceLine, LedgerDifference, Payment, StripeCustomer
from payments.sandbox.server import Sandbox
from payments.services import chart, ledger, proof, refunds
from payments.services.reconciling import days
from payments.services.reconciling.explaining import TIMING
from socialcommerce.lib import clock
from tests.factories.payments import give_back
from tests.payments.reconciling.conftest import later, open_rows, reconcile, usd

pytestmark = pytest.mark.django_db


def line_id() -> str:
    """Of the newest line at Stripe."""
    return stripe_client().v1.balance_transactions.list({"limit": 1}).data[0].id


def retell(sandbox: Sandbox, **said: int | str) -> str:
    found = line_id()
    sandbox.control(f"balance_transactions/{found}", **said)
    return found


def charge_without_a_row(sale: Payment) -> None:
    """What a process does that dies before it can write anything down."""
    gateway.create_payment(
        amount_minor=700,
        currency="USD",
        customer_id=StripeCustomer.objects.get(profile_id=sale.payer_id).stripe_id,
        payment_method_id=sale.payment_method_id,
        off_session=False,
        return_url="http://127.0.0.1/back",
        metadata={},
        idempotency_key="nobody's",
    )


def test_what_stripe_moved_alone_is_a_matter_of_time_and_then_missing_here(sale: Payment) -> None:
    charge_without_a_row(sale)
    subject = f"line {line_id()} charge"
    reconcile(1)
    assert open_rows() == {subject: TIMING}
    reconcile(2)
    assert open_rows() == {subject: "missing here"}
    assert LedgerDifference.objects.get(kind=TIMING).resolved_by is None
    assert (usd().unmatched_count, usd().unmatched_minor, usd().unexplained_minor) == (1, -700, 0)
    assert usd().completeness == 50.0


def test_what_the_ledger_moved_alone_is_missing_there(sale: Payment, alice: User) -> None:
    legs = [ledger.Leg(chart.clearing("USD").pk, chart.wallet(alice.profile.pk, "USD").pk, 300)]
    with transaction.atomic():
        ledger.post(kind="top_up", scope="payment", key="12345678", legs=legs, now=clock.now())
    reconcile(1)
    assert open_rows() == {"payment 12345678": TIMING}
    reconcile(2)
    assert open_rows() == {"payment 12345678": "missing there"}
    assert (usd().unmatched_minor, usd().unexplained_minor) == (300, 0)


def test_a_refund_that_stripe_has_not_heard_of_is_a_matter_of_time_for_as_long_as_it_waits(
    sale: Payment, settings: Settings
) -> None:
    secret_key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, ""
    (refund,) = give_back(sale, 300)
    refunds.drive(refund_id=refund.pk, now=clock.now())
    settings.STRIPE_SECRET_KEY = secret_key
    reconcile(8)
    assert open_rows() == {f"refund {refund.pk}": TIMING}


def test_time_closes_what_was_a_matter_of_time(sale: Payment, settings: Settings) -> None:
    secret_key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, ""
    (refund,) = give_back(sale, 300)
    refunds.drive(refund_id=refund.pk, now=clock.now())
    settings.STRIPE_SECRET_KEY = secret_key
    reconcile(1)
    assert open_rows() == {f"refund {refund.pk}": TIMING}
    refunds.drive(refund_id=refund.pk, now=clock.now())
    reconcile(2)
    row = LedgerDifference.objects.get()
    assert (row.resolved_by, row.resolved_at is not None) == (None, True)
    assert row.reason == "Both sides are there, or its time is over."
    assert usd().completeness == 100.0


@pytest.mark.parametrize(
    ("said", "kind", "subject"),
    [
        ({"amount": 900, "net": 841}, "amount", "payment {payment}"),
        ({"fee": 40}, "fee", "line {line}"),
        ({"net": 900}, "fee", "line {line}"),
    ],
)
def test_another_figure_is_named(
    said: dict[str, int], kind: str, subject: str, sale: Payment, stripe_sandbox: Sandbox
) -> None:
    found = retell(stripe_sandbox, **said)
    reconcile(2)
    assert open_rows() == {subject.format(payment=sale.pk, line=found): kind}


def test_money_that_stripe_exchanged_is_named_in_both_currencies(
    sale: Payment, stripe_sandbox: Sandbox
) -> None:
    retell(stripe_sandbox, currency="eur")
    reconcile(2)
    assert open_rows() == {
        f"payment {sale.pk} USD": "currency",
        f"payment {sale.pk} EUR": "currency",
    }
    assert usd().unexplained_minor == 0


def test_a_payment_charged_twice_under_one_intent_is_an_amount(
    sale: Payment, stripe_sandbox: Sandbox
) -> None:
    reconcile(1)
    line = BalanceLine.objects.get()
    line.pk, line.stripe_id = None, "txn_second"
    line.save(force_insert=True)
    reconcile(3)
    row = LedgerDifference.objects.get(resolved_at=None)
    assert (row.kind, row.subject) == ("amount", f"payment {sale.pk}")
    assert (row.expected, row.actual) == ("10.00 USD", "20.00 USD")


def test_what_a_person_worked_off_stays_so_until_it_says_something_else(
    sale: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    charge_without_a_row(sale)
    reconcile(2)
    row = LedgerDifference.objects.filter(resolved_at=None)
    proof.resolve(row, by=bob, reason="given back by hand", now=clock.now())
    days.run(clock.now().date(), now=later(2))
    assert open_rows() == {}
    found = retell(stripe_sandbox, amount=800, net=749)
    days.run(clock.now().date(), now=later(2))
    assert open_rows() == {f"line {found} was told anew": "amount"}


def test_the_figures_say_since_when_the_money_lies_there(sale: Payment) -> None:
    reconcile(1)
    since = usd().since
    assert since is not None
    assert abs(since - clock.now()) < timedelta(minutes=5)
    assert (usd().books_minor, usd().listed_minor) == (941, 941)
