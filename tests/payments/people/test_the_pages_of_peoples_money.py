"""Cashing out on the page, without scripts; and who may not."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.models import CashOut
from tests.factories import people as make
from tests.factories.payments import available, give_money
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
OWN_PAGES = ["cash_out_new", "closing", "limits", "pin", "pin_forgotten"]


@pytest.fixture
def saver(alice: User, bind: BindCard) -> User:
    make.topped_up(alice.profile, bind(alice), 3_000)
    return make.with_pin(alice)


def ask(browser: Client, amount: str, pin: str = make.PIN, key: str = "k1") -> object:
    form = {"amount": amount, "pin": pin, "key": key}
    return browser.post(reverse("payments:cash_out_new"), form, follow=True).content.decode()


@pytest.mark.parametrize("name", OWN_PAGES)
def test_nobody_sees_them_without_logging_in(name: str, client: Client) -> None:
    answer = client.get(reverse(f"payments:{name}"))
    assert answer.status_code in {302, 303}
    assert "login" in answer["Location"]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_each_opens_for_somebody_new_and_refuses_other_methods(
    name: str, alice: User, client_of
) -> None:
    browser: Client = client_of(alice)
    assert browser.get(reverse(f"payments:{name}")).status_code == 200
    assert browser.put(reverse(f"payments:{name}")).status_code == 405


def test_a_person_cashes_out(saver: User, client_of) -> None:
    browser: Client = client_of(saver)
    page = browser.get(reverse("payments:cash_out_new")).content.decode()
    for words in ("Up to $30.00 can go back", "4242", "The first time to this card"):
        assert words in page, words
    assert "It is on its way to your bank" in str(ask(browser, "12.50"))
    ask(browser, "12.50")  # sent twice: the same cash-out
    assert available(saver.profile) == 1_750
    wallet = browser.get(reverse("payments:wallet")).content.decode()
    assert "Cash-out of $12.50" in wallet
    assert "Cashed out to cards" in wallet


def test_a_refusal_keeps_what_was_typed(saver: User, client_of) -> None:
    page = str(ask(client_of(saver), "12.50", pin=""))
    assert "This needs your payment PIN" in page
    assert 'value="12.50"' in page
    assert available(saver.profile) == 3_000


@pytest.mark.parametrize("amount", ["", "-1", "1e3", "0", "1.005", "NaN", "１", "9" * 16])
def test_an_amount_that_is_none_is_refused(amount: str, saver: User, client_of) -> None:
    ask(client_of(saver), amount)
    assert not CashOut.objects.exists()


def test_without_top_ups_there_is_nothing_to_cash_out(alice: User, client_of) -> None:
    give_money(alice.profile, 1_000)
    page = client_of(alice).get(reverse("payments:cash_out_new")).content.decode()
    assert "Nothing to cash out" in page


def test_somebody_elses_is_not_found(saver: User, bob: User, client_of) -> None:
    cash_out = make.cash_out(saver, 1_000)
    url = reverse("payments:cash_out", args=[cash_out.pk])
    assert client_of(bob).get(url).status_code == 404
    assert client_of(saver).get(url).status_code == 200


def test_the_page_takes_as_many_queries_for_many_top_ups_as_for_one(
    saver: User, client_of, bind: BindCard, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser: Client = client_of(saver)
    url = reverse("payments:cash_out_new")
    browser.get(url)
    with django_assert_num_queries(6):
        browser.get(url)
    card = saver.profile.instruments.get()
    for _more in range(5):
        make.topped_up(saver.profile, card, 1_000)
    with django_assert_num_queries(6):
        browser.get(url)
