"""A closed wallet is empty and stays so, until its person opens it or money has to come back."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import Account
from payments.services import top_ups
from payments.services.people import closing
from socialcommerce.lib import clock
from tests.factories.payments import (
    available,
    bind_card,
    give_back,
    give_money,
    open_card_payment,
    pay,
    release,
    wallet_of,
)

pytestmark = pytest.mark.django_db


def close(user: User) -> None:
    closing.close(profile_id=user.profile.pk, now=clock.now())


def is_closed(user: User) -> bool:
    return closing.is_closed(user.profile.pk)


def refusal(user: User) -> str:
    with pytest.raises(closing.NotClosable) as refused:
        close(user)
    assert not is_closed(user)
    return str(refused.value.detail)


def test_an_empty_wallet_is_closed_and_opened(alice: User) -> None:
    close(alice)
    close(alice)
    assert is_closed(alice)
    closing.reopen(profile_id=alice.profile.pk)
    assert not is_closed(alice)


def test_money_in_it_keeps_it_open(alice: User) -> None:
    give_money(alice.profile, 1)
    assert "There is money in it" in refusal(alice)


def test_a_payment_under_way_keeps_it_open(alice: User, bob: User) -> None:
    open_card_payment(alice.profile, bob.profile, bind_card(alice.profile))
    assert "under way" in refusal(alice)


def test_money_that_is_set_aside_keeps_it_open(alice: User, bob: User) -> None:
    give_money(alice.profile, 400)
    open_card_payment(alice.profile, bob.profile, bind_card(alice.profile), wallet_part_minor=400)
    assert "set aside" in refusal(alice)


def test_a_seller_whose_money_is_still_to_come_keeps_it_open(alice: User, bob: User) -> None:
    give_money(alice.profile, 500)
    pay(alice.profile, bob.profile, 500)
    assert "still to come" in refusal(bob)


def test_a_debt_keeps_it_open(alice: User, bob: User, mallory: User) -> None:
    give_money(alice.profile, 500)
    payment = pay(alice.profile, bob.profile, 500)
    release(payment)
    pay(bob.profile, mallory.profile, 500)
    give_back(payment, 500)
    assert "You owe the site money" in refusal(bob)


def test_nobody_tops_a_closed_one_up(alice: User) -> None:
    card = bind_card(alice.profile)
    close(alice)
    with pytest.raises(closing.WalletClosed) as refused:
        top_ups.begin(
            profile_id=alice.profile.pk,
            amount_minor=1_000,
            instrument_id=card.pk,
            key="k",
            now=clock.now(),
        )
    assert refused.value.next_url == "/wallet/closing/"
    assert not alice.profile.payments_made.exists()


def test_the_database_lets_nothing_into_it(alice: User) -> None:
    close(alice)
    wallet = Account.objects.filter(pk=wallet_of(alice.profile).pk)
    with pytest.raises(IntegrityError, match="closed_is_empty"), transaction.atomic():
        wallet.update(posted_minor=1)


def test_a_refund_of_an_old_order_opens_it(alice: User, bob: User) -> None:
    give_money(alice.profile, 500)
    payment = pay(alice.profile, bob.profile, 500)
    close(alice)
    give_back(payment, 500)
    assert not is_closed(alice)
    assert available(alice.profile) == 500


def test_the_pages_close_and_open_it(alice: User, client_of) -> None:
    browser: Client = client_of(alice)
    url = reverse("payments:closing")
    assert "Close my wallet" in browser.get(url).content.decode()
    assert "Your wallet is closed" in browser.post(url, follow=True).content.decode()
    assert is_closed(alice)
    assert "Open my wallet" in browser.get(url).content.decode()
    browser.post(reverse("payments:reopening"))
    assert not is_closed(alice)


def test_the_page_says_what_has_to_happen_first(alice: User, client_of) -> None:
    give_money(alice.profile, 100)
    browser: Client = client_of(alice)
    assert "cash it out or spend it" in browser.get(reverse("payments:closing")).content.decode()
    answer = browser.post(reverse("payments:closing"))
    assert answer.status_code == 409
    assert not is_closed(alice)
