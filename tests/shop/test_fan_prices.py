"""The fan price: for whoever follows the store and has bound what it asks for, at that moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import follows
from feed.cards import CardRef
from feed.services import posts
from payments.models import Instrument, LinkedAccount
from payments.services import linked
from shop.models import Order, Product, ProductState, Store, Variant
from shop.services import checkout, fan_prices
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories import shop as make
from tests.openid.fixture import link
from tests.openid.provider import Provider
from tests.shop.test_merchant_site import with_variant

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]
FAN_TOTAL = 1_300  # 9.00 and 4.00 shipping; for others 12.50 and 4.00


def ask(variant: Variant, asks: str = "follow") -> None:
    """12.50, and 9.00 for fans."""
    variant.fan_price_minor, variant.fan_asks = 900, asks
    variant.save()


def follow(user: User, store: Store) -> None:
    follows.follow(follower=user.profile, followed=store.profile, now=clock.now())


def price(user: User, variant: Variant) -> int:
    fresh = Variant.objects.select_related("product__store__profile").get(pk=variant.pk)
    return fan_prices.unit_price_minor(fresh, buyer=user.profile, now=clock.now())


def test_a_variant_without_one_costs_everybody_the_same(
    alice: User, store: Store, variant: Variant
) -> None:
    follow(alice, store)
    assert price(alice, variant) == 1_250


def test_followers_have_it_while_they_follow(alice: User, store: Store, variant: Variant) -> None:
    ask(variant)
    assert price(alice, variant) == 1_250
    follow(alice, store)
    assert price(alice, variant) == 900
    follows.unfollow(follower=alice.profile, followed=store.profile)
    assert price(alice, variant) == 1_250


def test_following_another_store_is_not_enough(
    alice: User, mallory: User, variant: Variant
) -> None:
    ask(variant)
    follow(alice, make.make_store(mallory, name="Other"))
    assert price(alice, variant) == 1_250


@pytest.mark.parametrize(
    ("asks", "has_it"), [("card", True), ("card:visa", True), ("card:amex", False)]
)
def test_where_it_asks_for_a_card_one_must_be_bound(
    alice: User, store: Store, variant: Variant, asks: str, *, has_it: bool
) -> None:
    ask(variant, asks)
    follow(alice, store)
    assert price(alice, variant) == 1_250
    money.bind_card(alice.profile)
    assert price(alice, variant) == (900 if has_it else 1_250)


@pytest.mark.parametrize(
    "changes",
    [{"exp_year": 2020}, {"unbound_at": clock.now(), "is_default": False}],
    ids=["expired", "unbound"],
)
def test_a_card_that_cannot_pay_does_not_count(
    alice: User, store: Store, variant: Variant, changes: dict[str, Any]
) -> None:
    ask(variant, "card")
    follow(alice, store)
    money.bind_card(alice.profile)
    Instrument.objects.update(**changes)
    assert price(alice, variant) == 1_250


def test_a_card_alone_is_not_enough(alice: User, variant: Variant) -> None:
    ask(variant, "card")
    money.bind_card(alice.profile)
    assert price(alice, variant) == 1_250


def test_a_linked_account_gives_it_and_takes_it_away(
    alice: User, client_of: ClientOf, store: Store, variant: Variant, shopmall: Provider
) -> None:
    ask(variant, "account:shopmall")
    follow(alice, store)
    assert price(alice, variant) == 1_250
    link(client_of(alice))
    assert price(alice, variant) == 900
    account = LinkedAccount.objects.get()
    linked.unlink(profile_id=alice.profile.pk, linked_id=account.pk, now=clock.now())
    assert price(alice, variant) == 1_250


def test_an_account_of_another_site_does_not_count(
    alice: User, client_of: ClientOf, store: Store, variant: Variant, shopmall: Provider
) -> None:
    ask(variant, "account:elsewhere")
    follow(alice, store)
    link(client_of(alice))
    assert price(alice, variant) == 1_250


def test_the_order_is_placed_at_it_and_keeps_it(
    buy: Buy, rich_alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    follow(rich_alice, store)
    order = buy(seen_total_minor=FAN_TOTAL).order
    line = order.lines.get()
    assert (order.total_minor, line.unit_price_minor) == (FAN_TOTAL, 900)
    assert order.shown["fan"] == {"list_price_minor": 1_250, "asks": "follow"}
    follows.unfollow(follower=rich_alice.profile, followed=store.profile)
    Variant.objects.update(fan_price_minor=None)
    order.refresh_from_db()
    assert (order.total_minor, order.shown["unit_price_minor"]) == (FAN_TOTAL, 900)


def test_whoever_is_no_fan_cannot_claim_it(buy: Buy, variant: Variant) -> None:
    ask(variant)
    with pytest.raises(checkout.TotalChanged) as refusal:
        buy(seen_total_minor=FAN_TOTAL)
    assert refusal.value.extra["total_minor"] == 1_650
    assert not Order.objects.exists()
    assert buy(seen_total_minor=1_650).order.shown["fan"] is None


def test_whoever_loses_it_meanwhile_sees_the_new_total_first(
    buy: Buy, rich_alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    follow(rich_alice, store)
    follows.unfollow(follower=rich_alice.profile, followed=store.profile)
    with pytest.raises(checkout.TotalChanged):
        buy(seen_total_minor=FAN_TOTAL)
    assert money.available(rich_alice.profile) == 100_000


def test_a_repeat_finds_the_order_also_after_it_is_lost(
    buy: Buy, rich_alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    follow(rich_alice, store)
    first = buy(seen_total_minor=FAN_TOTAL).order
    follows.unfollow(follower=rich_alice.profile, followed=store.profile)
    assert buy(seen_total_minor=FAN_TOTAL).order.pk == first.pk


def test_the_pages_say_how_to_get_it(
    client: Client, client_of: ClientOf, alice: User, store: Store, variant: Variant,
    shopmall: Provider,
) -> None:  # fmt: skip
    ask(variant, "account:shopmall")
    product = variant.product
    posts.publish(
        author=store.profile, text="New.", card=CardRef("checkout", product.pk), now=clock.now()
    )
    alices = client_of(alice)
    follow(alice, store)
    make.make_address(alice.profile, is_default=True)
    for path in ("/", product.get_absolute_url(), f"/checkout/{product.pk}/"):
        page = alices.get(path).content.decode()
        assert "$9.00 for fans" in page, path
        assert "You follow Paper Moon" in page, path
        assert "/wallet/accounts/shopmall/?next=" in page, path
    stranger = client.get(product.get_absolute_url()).content.decode()
    assert "Follow Paper Moon" in stranger
    assert "$9.00 for fans" in client.get("/market/").content.decode()


def test_the_pages_show_it_to_whoever_has_it(
    client_of: ClientOf, alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    follow(alice, store)
    make.make_address(alice.profile, is_default=True)
    alices, product = client_of(alice), variant.product
    for path in (product.get_absolute_url(), f"/checkout/{product.pk}/"):
        page = alices.get(path).content.decode()
        assert "Fan price" in page, path
        assert "for fans" not in page, path
        assert "$12.50" in page, path
    checkout_page = alices.get(f"/checkout/{product.pk}/").content.decode()
    assert f'name="seen_total_minor" value="{FAN_TOTAL}"' in checkout_page


def test_following_from_the_card_leads_back_to_the_lower_price(
    client_of: ClientOf, alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    alices, url = client_of(alice), variant.product.get_absolute_url()
    answer = alices.post(f"/profiles/{store.profile.handle}/follow/", {"next": url}, follow=True)
    assert "for fans" not in answer.content.decode()
    assert "Fan price" in answer.content.decode()


def test_a_site_that_was_taken_off_is_said(
    client: Client, variant: Variant, shopmall: Provider, settings: Any
) -> None:
    ask(variant, "account:shopmall")
    settings.OPENID_PROVIDERS = []
    page = client.get(variant.product.get_absolute_url()).content.decode()
    assert "it cannot be linked any more" in page
    assert "/wallet/accounts/" not in page


def test_search_engines_read_the_price_for_everybody(
    client_of: ClientOf, alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    follow(alice, store)
    page = client_of(alice).get(variant.product.get_absolute_url()).content.decode()
    assert '"price": "12.50"' in page


def test_the_receipt_says_that_it_was_one(
    client_of: ClientOf, buy: Buy, rich_alice: User, store: Store, variant: Variant
) -> None:
    ask(variant)
    follow(rich_alice, store)
    order = buy(seen_total_minor=FAN_TOTAL).order
    page = client_of(rich_alice).get(order.get_absolute_url()).content.decode()
    assert "for others a piece was $12.50" in page


def test_programs_see_it_as_their_person_does(
    client: Client, client_of: ClientOf, alice: User, store: Store, variant: Variant
) -> None:
    ask(variant, "card:visa")
    follow(alice, store)
    url = f"/api/v1/products/{variant.product_id}"
    (offer,) = client_of(alice).get(url).json()["variants"]
    assert (offer["price_minor"], offer["list_price_minor"]) == (1_250, 1_250)
    assert offer["fan_price"] == {
        "price_minor": 900,
        "is_yours": False,
        "asks": [
            {"kind": "follow", "key": "paper_moon", "is_done": True, "is_possible": True},
            {"kind": "card", "key": "visa", "is_done": False, "is_possible": True},
        ],
    }
    money.bind_card(alice.profile)
    (mine,) = client_of(alice).get("/api/v1/products").json()["results"][0]["variants"]
    assert (mine["price_minor"], mine["fan_price"]["is_yours"]) == (900, True)
    (theirs,) = client.get(url).json()["variants"]
    assert theirs["price_minor"] == 1_250


def test_a_market_full_of_them_costs_three_queries_more(
    client_of: ClientOf, alice: User, store: Store
) -> None:
    alices, counts = client_of(alice), []
    for size in (0, 1, 20):
        while Variant.objects.filter(fan_price_minor__isnull=False).count() < size:
            ask(make.make_variant(store), "card")
        alices.get("/market/")
        with CaptureQueriesContext(connection) as queries:
            alices.get("/market/")
        counts.append(len(queries))
    assert counts[1] == counts[2] <= counts[0] + 5  # the first page had no product to look into


def test_a_merchant_sets_it_and_takes_it_away(
    client_of: ClientOf, bob: User, store: Store, shopmall: Provider
) -> None:
    fields = {"variants-0-fan_price_minor": "15.00", "variants-0-fan_asks": "account:shopmall"}
    answer = client_of(bob).post("/merchant/shop/product/add/", with_variant(store, **fields))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    variant = Variant.objects.get(product__title="Lamp")
    assert (variant.fan_price_minor, variant.fan_asks) == (1_500, "account:shopmall")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fan_price_minor": "19.90"}, "A fan price is lower than the price."),
        ({"fan_price_minor": "0"}, "out of range"),
        ({"fan_price_minor": "-1"}, ""),
        ({"fan_price_minor": "5", "fan_asks": "account:elsewhere"}, "account:elsewhere"),
        ({"fan_price_minor": "5", "fan_asks": "everybody"}, "everybody"),
    ],
)
def test_a_merchant_is_told_what_is_wrong(
    client_of: ClientOf, bob: User, store: Store, changes: dict[str, str], words: str
) -> None:
    fields = {f"variants-0-{name}": value for name, value in changes.items()}
    answer = client_of(bob).post("/merchant/shop/product/add/", with_variant(store, **fields))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Product.objects.filter(title="Lamp").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"fan_price_minor": 1_250},
        {"fan_price_minor": 0},
        {"price_minor": 899},
        {"fan_asks": "everybody"},
        {"fan_asks": "account:"},
        {"fan_asks": "card:visa; DROP"},
        {"fan_asks": "follow\n"},
    ],
    ids=str,
)
def test_the_database_keeps_it_lower_and_known(variant: Variant, changes: dict[str, Any]) -> None:
    ask(variant)
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(pk=variant.pk).update(**changes)


def test_a_card_that_expires_between_looking_and_buying_loses_it(
    alice: User, store: Store, variant: Variant
) -> None:
    ask(variant, "card")
    follow(alice, store)
    card = money.bind_card(alice.profile)
    fresh = Variant.objects.select_related("product__store__profile").get(pk=variant.pk)
    later = clock.now() + timedelta(days=366 * 4)
    assert card.is_expired(later)
    assert fan_prices.unit_price_minor(fresh, buyer=alice.profile, now=later) == 1_250


def test_a_draft_has_no_price_at_all(client: Client, variant: Variant) -> None:
    ask(variant)
    Product.objects.update(state=ProductState.DRAFT)
    assert client.get(f"/api/v1/products/{variant.product_id}").status_code == 404
