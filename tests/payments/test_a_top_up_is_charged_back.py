"""A top-up that the bank takes back: out of the wallet, and what was spent is owed."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Notification, User
from payments.models import Payment
from payments.sandbox.server import Sandbox
from payments.services import opening, top_ups
from payments.services.gift_cards import buying
from payments.services.people import freezing
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories.payments import available, escrow_of, owed_by, pay
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def top_up(alice: User, bind: BindCard) -> Payment:
    card = bind(alice)
    return top_ups.begin(
        profile_id=alice.profile.pk,
        amount_minor=1_000,
        instrument_id=card.pk,
        key="one",
        now=clock.now(),
    )


def test_what_is_still_there_goes_and_nobody_is_stopped(
    top_up: Payment, alice: User, stripe_sandbox: Sandbox
) -> None:
    disputes.dispute(stripe_sandbox, top_up)
    assert (available(alice.profile), owed_by(alice.profile)) == (0, 0)
    alice.refresh_from_db()
    assert alice.frozen_at is None


def test_what_is_spent_is_owed_and_the_person_pays_no_more(
    top_up: Payment, alice: User, bob: User, stripe_sandbox: Sandbox
) -> None:
    pay(alice.profile, bob.profile, 900)
    disputes.dispute(stripe_sandbox, top_up)
    assert (available(alice.profile), owed_by(alice.profile)) == (0, 900)
    assert escrow_of(bob.profile) == 900  # the store keeps what it was paid
    with pytest.raises(opening.PayerBarred):
        pay(alice.profile, bob.profile, 1)


def test_an_operator_lifts_it(
    top_up: Payment, alice: User, bob: User, mallory: User, stripe_sandbox: Sandbox
) -> None:
    pay(alice.profile, bob.profile, 900)
    disputes.dispute(stripe_sandbox, top_up)
    freezing.lift(
        profile_id=alice.profile.pk, reason="paid by wire", by_id=mallory.pk, now=clock.now()
    )
    alice.refresh_from_db()
    assert alice.frozen_at is None


def test_won_the_debt_is_gone_and_the_rest_in_the_wallet(
    top_up: Payment, alice: User, bob: User, stripe_sandbox: Sandbox
) -> None:
    pay(alice.profile, bob.profile, 900)
    disputes.decide(stripe_sandbox, disputes.dispute(stripe_sandbox, top_up), "won")
    assert (available(alice.profile), owed_by(alice.profile)) == (100, 0)
    top_up.refresh_from_db()
    assert top_up.refunded_minor == 0


def test_the_next_top_up_repays_the_debt_first_and_the_page_says_so(
    top_up: Payment, alice: User, bob: User, stripe_sandbox: Sandbox, client_of: ClientOf
) -> None:
    pay(alice.profile, bob.profile, 900)
    disputes.dispute(stripe_sandbox, top_up)
    User.objects.update(frozen_at=None)
    browser = client_of(alice)
    for page in ("/wallet/", "/wallet/top-up/"):
        assert "You owe $9.00" in browser.get(page).content.decode()
    top_ups.begin(
        profile_id=alice.profile.pk,
        amount_minor=1_000,
        instrument_id=top_up.instrument_id or 0,
        key="two",
        now=clock.now(),
    )
    assert (available(alice.profile), owed_by(alice.profile)) == (100, 0)
    assert "You owe" not in browser.get("/wallet/").content.decode()


def test_a_gift_card_that_was_bought_ends_and_gives_what_is_left(
    alice: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    bought = buying.buy(
        buyer=alice.profile,
        present=buying.Present(amount_minor=2_000, handle="", words=""),
        instrument_id=bind(alice).pk,
        key="one",
        now=clock.now(),
    )
    disputes.dispute(stripe_sandbox, buying.payment_of(bought))
    bought.refresh_from_db()
    assert (bought.state, bought.returned_minor) == ("revoked", 2_000)
    assert (available(alice.profile), owed_by(alice.profile)) == (0, 0)


def test_the_person_is_told(
    top_up: Payment, alice: User, stripe_sandbox: Sandbox, client_of: ClientOf
) -> None:
    disputes.dispute(stripe_sandbox, top_up)
    notice = Notification.objects.get(recipient=alice.profile)
    assert (notice.kind, notice.url) == ("payments.top_up_disputed", "/wallet/")
    page = client_of(alice).get("/notifications/", follow=True).content.decode()
    assert "Your bank has taken back" in page
    assert "$10.00" in page


def test_the_wallet_says_where_the_money_went(
    top_up: Payment, alice: User, stripe_sandbox: Sandbox, client_of: ClientOf
) -> None:
    disputes.dispute(stripe_sandbox, top_up)
    page = client_of(alice).get("/wallet/").content.decode()
    assert "Taken back by a bank" in page
