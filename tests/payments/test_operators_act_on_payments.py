"""Payments that do not agree with Stripe are worked off, with a reason; money goes back."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import Payment, Refund
from payments.payment_states import PaymentState
from payments.services import charges
from socialcommerce.lib import clock
from tests.factories.payments import available, give_money, open_card_payment, pay, release
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
URL = "operator:payments_payment_changelist"
WANTS_3DS = "4000000000003220"


@pytest.fixture
def browser(mallory: User, client_of: ClientOf) -> Client:
    mallory.is_operator = True
    mallory.save()
    return client_of(mallory)


@pytest.fixture
def flagged(alice: User, bob: User, bind: BindCard) -> Payment:
    """Stripe has it and the bank has not decided; an operator was called."""
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS))
    charges.drive(payment_id=payment.pk, now=clock.now())
    Payment.objects.filter(pk=payment.pk).update(flag="Stripe says 1 USD", drive_at=None)
    payment.refresh_from_db()
    return payment


def act(browser: Client, action: str, *payments: Payment, **said: str) -> str:
    chosen = {"action": action, "_selected_action": [one.pk for one in payments], **said}
    return browser.post(reverse(URL), chosen, follow=True).content.decode()


def test_a_flagged_payment_is_left_alone_until_somebody_looked(
    flagged: Payment, browser: Client
) -> None:
    answer_bank(flagged.next_action_url)
    assert charges.drive(payment_id=flagged.pk, now=clock.now()).state == "requires_action"
    act(browser, "look_again", flagged)
    flagged.refresh_from_db()
    assert (flagged.state, flagged.flag) == (PaymentState.SUCCEEDED, "Stripe says 1 USD")
    assert LogEntry.objects.get().change_message == "look again"


def test_a_flag_is_worked_off_with_a_reason(flagged: Payment, browser: Client) -> None:
    assert "Why?" in act(browser, "close_flags", flagged)
    flagged.refresh_from_db()
    assert flagged.flag
    act(browser, "close_flags", flagged, reason="a copy was played back")
    flagged.refresh_from_db()
    assert flagged.flag == ""
    assert flagged.drive_at is not None  # it is still open, and the sweep goes on with it
    message = LogEntry.objects.get().change_message
    assert message == "Stripe says 1 USD: a copy was played back"


def test_what_is_under_way_can_be_stopped(flagged: Payment, browser: Client) -> None:
    act(browser, "stop", flagged)
    flagged.refresh_from_db()
    assert flagged.state == PaymentState.CANCELLED


def test_money_goes_back_with_a_reason_also_after_release(
    alice: User, bob: User, browser: Client
) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    release(payment, fee_minor=30)
    page = act(browser, "give_back", payment)
    assert 'value="10.00"' in page
    said = {"amount": "4.00", "to": "source", "reason": "arrived broken", "key": "k1"}
    for _press in range(2):
        act(browser, "give_back", payment, **said)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.reason) == (400, "arrived broken")
    assert available(alice.profile) == 400
    assert "arrived broken" in LogEntry.objects.first().change_message


@pytest.mark.parametrize("amount", ["", "0", "-1", "10.01", "1e1", "4,00", "1.005"])
def test_an_amount_that_cannot_go_back_is_refused_on_the_same_page(
    amount: str, alice: User, bob: User, browser: Client
) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    said = {"amount": amount, "to": "source", "reason": "why not", "key": "k1"}
    assert "Give money back" in act(browser, "give_back", payment, **said)
    assert not Refund.objects.exists()


def test_one_payment_at_once(alice: User, bob: User, browser: Client) -> None:
    give_money(alice.profile, 1_000)
    both = [pay(alice.profile, bob.profile, 100) for _payment in range(2)]
    assert "Please choose one payment" in act(browser, "give_back", *both)
