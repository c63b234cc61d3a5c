"""Cashing out: the oldest top-up first, once, never more than a charge still has."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Notification, User
from payments.gateway.client import client as stripe_client
from payments.models import CashOut, Payment, Refund
from payments.sandbox.server import Sandbox
from payments.services import ledger, opening, refunds, stripe_events, sweeps
from payments.services.people import cash_outs, freezing, pins
from socialcommerce.lib import clock
from tests.factories import people as make
from tests.factories.payments import available, give_money, pay
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import deliver

pytestmark = pytest.mark.django_db
SECOND_CARD = "5555555555554444"
REFUNDS_WAIT, REFUNDS_FAIL = "4000000000007726", "4000000000005126"


@pytest.fixture
def saver(alice: User, bind: BindCard) -> User:
    """30.00 from a first card, then 20.00 from a second one; and a PIN."""
    make.topped_up(alice.profile, bind(alice), 3_000)
    make.topped_up(alice.profile, bind(alice, SECOND_CARD), 2_000)
    return make.with_pin(alice)


def given_back(user: User) -> list[int]:
    """What each top-up gave back, the oldest first."""
    rows = Payment.objects.of(user.profile.pk).filter(purpose="top_up").order_by("pk")
    return list(rows.values_list("refunded_minor", flat=True))


def at_stripe() -> list[int]:
    return sorted(refund.amount for refund in stripe_client().v1.refunds.list().data)


def test_the_oldest_top_up_gives_first(saver: User) -> None:
    cash_out = make.cash_out(saver, 4_000)
    assert (cash_out.state, cash_out.returned_minor) == ("paid", 0)
    assert available(saver.profile) == 1_000
    assert given_back(saver) == [3_000, 1_000]
    assert at_stripe() == [1_000, 3_000]


def test_the_next_one_goes_on_where_it_stopped(saver: User) -> None:
    make.cash_out(saver, 1_000)
    make.cash_out(saver, 3_000)
    assert given_back(saver) == [3_000, 1_000]
    assert available(saver.profile) == 1_000


def test_the_same_key_is_the_same_cash_out(saver: User) -> None:
    first = make.cash_out(saver, 1_000, key="once")
    assert make.cash_out(saver, 1_000, key="once") == first
    assert available(saver.profile) == 4_000
    with pytest.raises(ledger.KeyConflict):
        make.cash_out(saver, 1_001, key="once")


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_nothing_is_no_amount(saver: User, amount_minor: int) -> None:
    with pytest.raises(cash_outs.BadCashOut):
        make.cash_out(saver, amount_minor)


def test_more_than_there_is_stays_where_it_is(saver: User) -> None:
    with pytest.raises(ledger.InsufficientFunds) as refused:
        make.cash_out(saver, 5_001)
    assert refused.value.extra["short_minor"] == 1
    assert not CashOut.objects.exists()


def test_what_came_from_elsewhere_does_not_go_to_a_card(saver: User) -> None:
    give_money(saver.profile, 1_000)
    with pytest.raises(cash_outs.NotToCards) as refused:
        make.cash_out(saver, 5_001)
    assert refused.value.extra["to_cards_minor"] == 5_000
    quote = cash_outs.quote(profile_id=saver.profile.pk)
    assert (quote.to_cards_minor, quote.elsewhere_minor) == (5_000, 1_000)
    assert [share.amount_minor for share in quote.cards] == [3_000, 2_000]


def test_what_was_spent_is_not_there_to_go_back(saver: User, bob: User) -> None:
    pay(saver.profile, bob.profile, 4_500)
    quote = cash_outs.quote(profile_id=saver.profile.pk)
    assert [share.amount_minor for share in quote.cards] == [500]
    with pytest.raises(ledger.InsufficientFunds):
        make.cash_out(saver, 501)


def test_a_card_that_gets_money_for_the_first_time_asks_for_the_pin(saver: User) -> None:
    with pytest.raises(pins.PinNeeded):
        make.cash_out(saver, 3_001, pin="")
    make.cash_out(saver, 1_000)
    make.cash_out(saver, 1_000, pin="")  # the first card is known by now
    with pytest.raises(pins.PinNeeded):
        make.cash_out(saver, 1_001, pin="")  # and this would reach the second
    assert given_back(saver) == [2_000, 0]


def test_without_a_pin_one_is_told_to_set_it(alice: User, bind: BindCard) -> None:
    make.topped_up(alice.profile, bind(alice), 1_000)
    with pytest.raises(pins.PinMissing) as refused:
        make.cash_out(alice, 1_000, pin="")
    assert refused.value.next_url == "/wallet/pin/"


def test_a_wrong_pin_moves_nothing(saver: User) -> None:
    with pytest.raises(pins.PinWrong):
        make.cash_out(saver, 1_000, pin="000001")
    assert available(saver.profile) == 5_000


def test_somebody_who_is_stopped_cashes_nothing_out(saver: User, bob: User) -> None:
    freezing.freeze(profile_id=saver.profile.pk, reason="odd", by_id=bob.pk, now=clock.now())
    with pytest.raises(opening.PayerBarred):
        make.cash_out(saver, 1_000)
    assert available(saver.profile) == 5_000


def test_an_answer_that_was_lost_is_asked_for_again(saver: User, stripe_sandbox: Sandbox) -> None:
    stripe_sandbox.control("rules", break_next=9)
    waiting = make.cash_out(saver, 1_000)
    assert (waiting.state, available(saver.profile)) == ("created", 4_000)
    stripe_sandbox.control("rules", break_next=0)
    assert sweeps.drive_refunds(now=clock.now() + timedelta(minutes=1), limit=10) == 1
    waiting.refresh_from_db()
    assert (waiting.state, at_stripe()) == ("paid", [1_000])


def test_a_bank_that_takes_its_time_says_so_later(
    alice: User, bind: BindCard, client: Client, stripe_sandbox: Sandbox
) -> None:
    make.topped_up(alice.profile, bind(alice, REFUNDS_WAIT), 1_000)
    sent = make.cash_out(make.with_pin(alice), 1_000)
    assert (sent.state, sent.settled_at) == ("sent", None)
    stripe_sandbox.control("clock", advance_seconds=3_600)
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now() + timedelta(seconds=1), limit=50)
    sent.refresh_from_db()
    assert sent.state == "paid"


def test_what_a_card_gives_back_days_later_is_in_the_wallet_again(
    alice: User, bind: BindCard, client: Client, stripe_sandbox: Sandbox
) -> None:
    make.topped_up(alice.profile, bind(alice, REFUNDS_FAIL), 1_000)
    paid = make.cash_out(make.with_pin(alice), 1_000)
    assert (paid.state, available(alice.profile)) == ("paid", 0)
    stripe_sandbox.control("clock", advance_seconds=3_600)
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now() + timedelta(seconds=1), limit=50)
    paid.refresh_from_db()
    assert (paid.state, paid.returned_minor, available(alice.profile)) == ("failed", 1_000, 1_000)
    assert Notification.objects.get(recipient=alice.profile).kind == "payments.cash_out_came_back"
    assert given_back(alice) == [0]


def test_a_card_that_fails_leaves_the_other_its_part(saver: User) -> None:
    cash_out = make.cash_out(saver, 4_000)
    second = Refund.objects.get(cash_out=cash_out, amount_minor=1_000)
    refunds.apply(refund_id=second.pk, state=refunds.RefundState.FAILED, reason="", now=clock.now())
    cash_out.refresh_from_db()
    assert (cash_out.state, cash_out.returned_minor) == ("paid", 1_000)
    assert available(saver.profile) == 2_000
    again = make.cash_out(saver, 1_000)
    assert (again.state, given_back(saver)) == ("paid", [3_000, 1_000])


def test_a_refund_that_stripe_refuses_comes_back_at_once(
    saver: User, stripe_sandbox: Sandbox
) -> None:
    """Somebody gave the top-up back at Stripe itself: there is nothing left of that charge."""
    oldest = Payment.objects.of(saver.profile.pk).order_by("pk").first()
    assert oldest is not None
    stripe_client().v1.refunds.create({"payment_intent": oldest.stripe_id or ""})
    failed = make.cash_out(saver, 1_000)
    assert (failed.state, available(saver.profile)) == ("failed", 5_000)


def test_the_proof_finds_a_cash_out_that_is_not_the_sum_of_its_parts(saver: User) -> None:
    cash_out = make.cash_out(saver, 1_000)
    CashOut.objects.filter(pk=cash_out.pk).update(returned_minor=1)
    (found,) = ledger.verify()
    assert (found.kind, found.expected, found.actual) == ("cash-out", "0", "1")
    CashOut.objects.filter(pk=cash_out.pk).update(returned_minor=0)
