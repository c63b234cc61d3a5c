"""Money pages of the merchant site as the wrong merchant: every address, nothing reached."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from accounts.admin.sites import merchant_site
from accounts.models import Profile, User
from payments.models import Dispute, MerchantTerms, Payout
from payments.services import merchant_terms, payouts
from socialcommerce.lib import clock
from tests.accounts.scoping import act, reachable
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import ready_account
from tests.factories.payments import give_money, pay

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
KINDS = ["merchantterms", "payout", "dispute"]
SECRET = "bobs_secret"


@pytest.fixture
def rows(alice: User, bob: User) -> dict[str, Model]:
    store = StoreProfileFactory.create(owner=bob, handle=SECRET, name="Zanzibar")
    ready_account(store)
    give_money(store, 8_000)
    payout = payouts.ask(profile_id=store.pk, now=clock.now())
    return {
        "merchantterms": merchant_terms.of(store.pk, now=clock.now()),
        "payout": payout,
        "dispute": disputed(store, alice.profile),
    }


def disputed(store: Profile, buyer: Profile) -> Dispute:
    """A row alone: no money has moved."""
    give_money(buyer, 8_000)
    return Dispute.objects.create(
        payment=pay(buyer, store, 8_000),
        stripe_id="du_test",
        amount_minor=8_000,
        currency="USD",
        reason="general",
        evidence={"product_description": f"1 x {SECRET}"},
        opened_at=clock.now(),
    )


@pytest.fixture
def intruder(mallory: User, client_of: ClientOf) -> Client:
    store: Profile = StoreProfileFactory.create(owner=mallory, handle="other")
    merchant_terms.of(store.pk, now=clock.now())
    return client_of(mallory)


def state_of(rows: dict[str, Model]) -> list[dict[str, Any]]:
    return [type(row)._default_manager.filter(pk=row.pk).values().get() for row in rows.values()]


def test_everything_of_payments_on_the_site_is_walked_here() -> None:
    shown = {
        model._meta.model_name
        for model in merchant_site._registry
        if model._meta.app_label == "payments"
    }
    assert shown == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_wrong_merchant_reaches_nothing(
    intruder: Client, rows: dict[str, Model], kind: str
) -> None:
    before = state_of(rows)
    assert reachable(intruder, rows[kind], secret=SECRET) == []
    for action in ("retry", "hold", "submit", "delete_selected"):
        act(intruder, rows[kind], action, post="yes")
    assert state_of(rows) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", ["q=bobs", "payee__handle__startswith=b", "profile__id__gt=0"])
def test_no_lookup_in_the_address_shows_foreign_rows(
    intruder: Client, rows: dict[str, Model], kind: str, query: str
) -> None:
    answer = intruder.get(f"/merchant/payments/{kind}/?{query}", follow=True)
    assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_the_own_merchant_reaches_it(
    bob: User, rows: dict[str, Model], kind: str, client_of: ClientOf
) -> None:
    browser = client_of(bob)
    page = browser.get(f"/merchant/payments/{kind}/{rows[kind].pk}/change/")
    assert page.status_code == 200
    assert "$80.00" in page.content.decode()
    assert SECRET in browser.get(f"/merchant/payments/{kind}/").content.decode()


def test_looking_at_the_list_gives_a_store_its_terms(bob: User, client_of: ClientOf) -> None:
    StoreProfileFactory.create(owner=bob)
    client_of(bob).get("/merchant/payments/merchantterms/")
    assert MerchantTerms.objects.count() == 1
    assert not Payout.objects.exists()


def test_people_without_a_store_have_no_such_pages(
    alice: User, rows: dict[str, Model], client_of: ClientOf
) -> None:
    answer = client_of(alice).get("/merchant/payments/merchantterms/")
    assert answer.status_code in {302, 403}
