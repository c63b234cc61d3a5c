"""Operators see runs and what failed, hold with a reason, set reserves, send once more."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Profile, User
from payments.models import ConnectAccount, MerchantTerms, Payout
from payments.services import merchant_terms, payouts
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import ready_account
from tests.factories.payments import available, give_money

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
LIST = "/operator/payments"


@pytest.fixture
def operator(alice: User, client_of: ClientOf) -> Client:
    alice.is_operator = True
    alice.save()
    return client_of(alice)


@pytest.fixture
def store(bob: User) -> Profile:
    profile = StoreProfileFactory.create(owner=bob, handle="bobs")
    ready_account(profile)
    give_money(profile, 8_000)
    return profile


def terms_page(store: Profile) -> str:
    return f"{LIST}/merchantterms/{merchant_terms.of(store.pk, now=clock.now()).pk}"


def test_a_hold_has_a_reason_a_name_and_a_place_in_the_history(
    operator: Client, alice: User, bob: User, store: Profile, client_of: ClientOf
) -> None:
    page = terms_page(store)
    assert operator.post(f"{page}/hold/", {"reason": ""}).status_code == 422
    assert operator.post(f"{page}/hold/", {"reason": "We check an address."}).status_code == 302
    terms = MerchantTerms.objects.get()
    assert (terms.is_held, terms.changed_by) == (True, alice)
    assert "We check an address." in LogEntry.objects.get().change_message
    merchants = client_of(bob).get(f"/merchant/payments/merchantterms/{terms.pk}/change/")
    assert "We check an address." in merchants.content.decode()
    refused = client_of(bob).post(f"/merchant/payments/merchantterms/{terms.pk}/pay-out/")
    assert refused.status_code == 409
    assert "We check an address." in refused.content.decode()
    assert operator.post(f"{page}/let-go/").status_code == 302
    assert not MerchantTerms.objects.get().is_held


def test_a_reserve_is_set_for_one_store(operator: Client, store: Profile) -> None:
    form = {"basis_points": "500", "days": "14", "until": "2099-01-01"}
    assert operator.post(f"{terms_page(store)}/reserve/", form).status_code == 302
    terms = MerchantTerms.objects.get()
    assert (terms.reserve_basis_points, terms.reserve_days) == (500, 14)
    without = {"basis_points": "500", "days": "0", "until": ""}
    assert operator.post(f"{terms_page(store)}/reserve/", without).status_code == 422


def test_what_came_back_stands_on_the_first_page_and_is_sent_once_more(
    operator: Client, store: Profile
) -> None:
    payout = payouts.ask(profile_id=store.pk, now=clock.now())
    give_money(store, 8_000)  # what a failure would have put back
    Payout.objects.filter(pk=payout.pk).update(state="failed", failure_code="no_account")
    assert "payouts that came back" in operator.get("/operator/").content.decode()
    listed = operator.get(f"{LIST}/payout/?state__exact=failed").content.decode()
    assert "no_account" in listed
    act = {"action": "retry", "_selected_action": str(payout.pk)}
    operator.post(f"{LIST}/payout/", act)
    assert (Payout.objects.get(attempt=2).state, available(store)) == ("created", 0)
    assert "payouts that came back" not in operator.get("/operator/").content.decode()
    again = operator.post(f"{LIST}/payout/", act, follow=True).content.decode()
    assert "sent again already" in again
    assert Payout.objects.count() == 2


def test_what_stripe_refuses_for_now_and_who_is_restricted_is_counted(
    operator: Client, store: Profile
) -> None:
    payout = payouts.ask(profile_id=store.pk, now=clock.now())
    Payout.objects.filter(pk=payout.pk).update(trouble="balance_insufficient")
    ConnectAccount.objects.update(state="restricted")
    page = operator.get("/operator/").content.decode()
    assert "payouts that Stripe refuses for now" in page
    assert "stores whose account is restricted" in page


@pytest.mark.parametrize("book", ["merchantterms", "payout", "connectaccount", "reserve"])
def test_each_list_opens_and_nothing_can_be_added(
    book: str, operator: Client, store: Profile
) -> None:
    payouts.ask(profile_id=store.pk, now=clock.now())
    assert operator.get(f"{LIST}/{book}/").status_code == 200
    assert operator.get(f"{LIST}/{book}/add/").status_code == 403


def test_people_who_are_no_operators_do_nothing_here(
    store: Profile, mallory: User, client_of: ClientOf
) -> None:
    answer = client_of(mallory).post(f"{terms_page(store)}/hold/", {"reason": "x"})
    assert answer.status_code in {302, 403, 404}
    assert not MerchantTerms.objects.get().is_held
