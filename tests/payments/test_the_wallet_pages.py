"""The wallet in a browser without scripts: look, bind, top up, unbind; and who may not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.models import CardSetup, Instrument, Payment
from payments.sandbox.server import Sandbox
from socialcommerce.lib import clock
from tests.factories.payments import available, bind_card, give_money, pay
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank, goes_on_to, type_card

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
WANTS_3DS, DECLINES = "4000000000003220", "4000000000000341"

OWN_PAGES = ["wallet", "statement", "statement_csv", "top_up", "card_new"]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_nobody_sees_a_wallet_without_logging_in(name: str, client: Client) -> None:
    answer = client.get(reverse(f"payments:{name}"))
    assert answer.status_code in {302, 303}
    assert "login" in answer["Location"]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_each_page_opens_for_somebody_new(name: str, alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).get(reverse(f"payments:{name}")).status_code == 200


@pytest.mark.parametrize("name", OWN_PAGES)
def test_each_page_refuses_other_methods(name: str, alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).put(reverse(f"payments:{name}")).status_code == 405


def test_the_wallet_shows_balance_cards_and_movements(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    give_money(alice.profile, 5_000)
    bind_card(alice.profile)
    pay(alice.profile, bob.profile, 1_250)
    page = client_of(alice).get(reverse("payments:wallet")).content.decode()
    for words in ("$37.50", "4242", "Paid", "Bob", "-$12.50", "+$50.00"):
        assert words in page, words


def test_the_wallet_takes_as_many_queries_for_many_movements_as_for_one(
    alice: User, bob: User, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = client_of(alice)
    give_money(alice.profile, 5_000)
    pay(alice.profile, bob.profile, 1)
    url = reverse("payments:statement")
    browser.get(url)
    with django_assert_num_queries(7):
        browser.get(url)
    for _more in range(25):
        pay(alice.profile, bob.profile, 1)
    with django_assert_num_queries(7):
        browser.get(url)


def test_the_statement_has_pages_and_periods(alice: User, bob: User, client_of: ClientOf) -> None:
    give_money(alice.profile, 5_000)
    for _payment in range(35):
        pay(alice.profile, bob.profile, 1)
    browser, url = client_of(alice), reverse("payments:statement")
    first = browser.get(url)
    next_url = first.context["next_url"]
    assert len(first.context["statement"].lines) == 30
    rest = browser.get(next_url)
    assert len(rest.context["statement"].lines) == 6
    tomorrow = (clock.now() + timedelta(days=2)).date()
    assert browser.get(url, {"since": str(tomorrow)}).context["statement"].lines == ()
    assert browser.get(url, {"cursor": "tampered"}).status_code == 400
    assert browser.get(url, {"since": "yesterday"}).status_code == 200
    assert browser.get(url, {"until": "9999-12-31"}).status_code == 200


def test_a_card_is_bound_on_the_hosted_page(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    browser = client_of(alice)
    leave = browser.post(reverse("payments:card_new"), {"next": "/wallet/top-up/"})
    assert leave.status_code == 303
    back = type_card(goes_on_to(browser, leave), "4242424242424242")
    for _twice in range(2):
        answer = browser.get(back)
        assert (answer.status_code, answer["Location"]) == (303, "/wallet/top-up/")
    card = Instrument.objects.get()
    assert (card.profile, card.last4, card.is_default) == (alice.profile, "4242", True)


def test_the_way_on_stays_on_this_site(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    client_of(alice).post(reverse("payments:card_new"), {"next": "//elsewhere.example/"})
    assert CardSetup.objects.get().next_url == "/wallet/"


def test_the_same_card_bound_again_is_one_card(alice: User, bind: BindCard) -> None:
    first, second = bind(alice), bind(alice)
    assert first.pk == second.pk
    assert Instrument.objects.count() == 1


def test_a_service_that_is_away_is_said_plainly(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    stripe_sandbox.control("rules", break_next=9)
    answer = client_of(alice).post(reverse("payments:card_new"))
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


def test_the_default_moves_when_it_is_unbound(
    alice: User, client_of: ClientOf, bind: BindCard
) -> None:
    first, second = bind(alice), bind(alice, "5555555555554444")
    browser = client_of(alice)
    browser.post(reverse("payments:card_default", args=[second.pk]))
    assert browser.get(reverse("payments:card_unbind", args=[second.pk])).status_code == 200
    answer = browser.post(reverse("payments:card_unbind", args=[second.pk]))
    assert answer.status_code == 303
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_default, second.is_default) == (True, False)
    assert second.unbound_at is not None
    assert browser.post(reverse("payments:card_unbind", args=[second.pk])).status_code == 404


def test_somebody_elses_things_are_not_found(
    alice: User, mallory: User, client_of: ClientOf, bind: BindCard
) -> None:
    card = bind(alice)
    top_up(client_of(alice), card, "25")
    payment, setup = Payment.objects.get(), CardSetup.objects.get()
    thief = client_of(mallory)
    for name, pk in [("payment", payment.pk), ("payment_return", payment.pk)]:
        assert thief.get(reverse(f"payments:{name}", args=[pk])).status_code == 404
    for name in ("card_return", "card_cancelled"):
        assert thief.get(reverse(f"payments:{name}", args=[setup.pk])).status_code == 404
    for name in ("payment_retry", "payment_cancel"):
        assert thief.post(reverse(f"payments:{name}", args=[payment.pk])).status_code == 404
    for name in ("card_default", "card_unbind"):
        assert thief.post(reverse(f"payments:{name}", args=[card.pk])).status_code == 404
    bind(mallory, "5555555555554444")
    assert top_up(thief, card, "25").status_code == 422


def top_up(browser: Client, card: Instrument, amount: str, key: str = "k"):  # type: ignore[no-untyped-def]
    return browser.post(reverse("payments:top_up"), {"amount": amount, "card": card.pk, "key": key})


def test_a_top_up_arrives_once_however_often_it_is_sent(
    alice: User, client_of: ClientOf, bind: BindCard
) -> None:
    card, browser = bind(alice), client_of(alice)
    for _press in range(3):
        assert top_up(browser, card, "25.50")["Location"] == reverse("payments:wallet")
    assert available(alice.profile) == 2_550
    assert top_up(browser, card, "26").status_code == 409


@pytest.mark.parametrize(
    "amount",
    ["", "0", "-5", "0.99", "12.345", "1e3", "NaN", "２５", "2000.01", "9" * 16, "1,5"],
)
def test_an_amount_that_is_none_is_explained(amount: str, alice: User, client_of: ClientOf) -> None:
    answer = top_up(client_of(alice), bind_card(alice.profile), amount)
    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]
    assert not Payment.objects.exists()


def test_a_top_up_goes_by_the_banks_page(alice: User, client_of: ClientOf, bind: BindCard) -> None:
    card, browser = bind(alice, WANTS_3DS), client_of(alice)
    bank = goes_on_to(browser, top_up(browser, card, "25"))
    back = browser.get(answer_bank(bank))
    assert back["Location"] == reverse("payments:wallet")
    assert available(alice.profile) == 2_500


def test_a_declined_top_up_says_why_and_takes_another_card(
    alice: User, client_of: ClientOf, bind: BindCard
) -> None:
    bad, good, browser = bind(alice, DECLINES), bind(alice), client_of(alice)
    page_url = top_up(browser, bad, "25")["Location"]
    page = browser.get(page_url).content.decode()
    assert "Nothing was charged" in page
    assert "Your bank declined the card" in page
    retry = reverse("payments:payment_retry", args=[Payment.objects.get().pk])
    assert browser.post(retry, {"card": "nonsense"})["Location"] == page_url
    assert browser.post(retry, {"card": good.pk})["Location"] == reverse("payments:wallet")
    assert available(alice.profile) == 2_500
    assert browser.post(retry, {"card": good.pk}).status_code == 409


def test_a_top_up_can_be_given_up(alice: User, client_of: ClientOf, bind: BindCard) -> None:
    browser = client_of(alice)
    page_url = top_up(browser, bind(alice, DECLINES), "25")["Location"]
    browser.post(reverse("payments:payment_cancel", args=[Payment.objects.get().pk]))
    assert "This top-up is over" in browser.get(page_url).content.decode()
