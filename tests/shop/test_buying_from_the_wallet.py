"""One transaction: the order stands, the stock is taken, the money is in escrow."""

from collections.abc import Callable

import pytest

from accounts.models import Address, User
from payments.services import ledger, wallets
from shop.models import Order, StockItem, StockMovement, Store, Variant
from shop.order_states import OrderState
from shop.services import stock
from shop.services.checkout import CheckoutResult, KeyReused, NotForSale, TotalChanged
from shop.services.quotes import BadQuantity
from socialcommerce.lib.problems import NotFound
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]


def available(user: User) -> int:
    return wallets.balance(profile_id=user.profile.pk).available_minor


def test_the_order_is_paid_and_the_shelf_has_one_less(
    buy: Buy, variant: Variant, rich_alice: User
) -> None:
    order = buy().order
    assert order.state == OrderState.PAID
    assert (order.subtotal_minor, order.shipping_minor, order.total_minor) == (1250, 400, 1650)
    assert order.payment is not None
    assert order.payment.captured_minor == 1650
    assert StockItem.objects.get(variant=variant).on_hand == 4
    assert available(rich_alice) == 100_000 - 1650


def test_every_change_of_stock_has_its_movement(buy: Buy, variant: Variant) -> None:
    order = buy(quantity=2, seen_total_minor=2900).order
    item = StockItem.objects.get(variant=variant)
    movements = StockMovement.objects.filter(stock_item=item)
    assert sum(one.on_hand_delta for one in movements) == item.on_hand == 3
    assert movements.filter(kind="sold", reference=order.reference).count() == 1


def test_the_order_keeps_what_the_buyer_saw(buy: Buy, variant: Variant) -> None:
    order = buy().order
    variant.product.title = "Something else"
    variant.product.save()
    order.refresh_from_db()
    assert order.shown["title"].startswith("Notebook")
    assert order.shown["total_minor"] == 1650


def test_the_same_key_gives_the_same_order(buy: Buy, rich_alice: User) -> None:
    assert buy().order.pk == buy().order.pk
    assert Order.objects.count() == 1
    assert available(rich_alice) == 100_000 - 1650


def test_the_same_key_with_other_choices_is_a_conflict(buy: Buy) -> None:
    buy()
    with pytest.raises(KeyReused):
        buy(quantity=2, seen_total_minor=2900)


def test_a_changed_total_is_shown_and_nothing_is_charged(
    buy: Buy, variant: Variant, rich_alice: User
) -> None:
    Variant.objects.filter(pk=variant.pk).update(price_minor=1300)
    with pytest.raises(TotalChanged) as refused:
        buy()
    assert refused.value.extra["total_minor"] == 1700
    assert not Order.objects.exists()
    assert available(rich_alice) == 100_000


def test_too_little_money_leaves_neither_order_nor_gap_on_the_shelf(
    buy: Buy, alice: User, bob: User, variant: Variant
) -> None:
    poor = make.make_person(7)
    address = make.make_address(poor.profile)
    with pytest.raises(ledger.InsufficientFunds):
        buy(buyer=poor.profile, address_id=address.pk)
    assert not Order.objects.exists()
    assert StockItem.objects.get(variant=variant).on_hand == 5


def test_more_than_is_free_is_refused_and_says_how_many_there_are(buy: Buy) -> None:
    with pytest.raises(stock.OutOfStock) as refused:
        buy(quantity=6, seen_total_minor=7900)
    assert refused.value.extra["free"] == 5
    assert not Order.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1, 21, 10**9, 2**63])
def test_a_quantity_out_of_range_is_refused(buy: Buy, quantity: int) -> None:
    with pytest.raises(BadQuantity):
        buy(quantity=quantity)


def test_shipping_is_free_from_the_stores_limit(buy: Buy, store: Store) -> None:
    dear = make.make_variant(store, price_minor=10_000)
    assert buy(variant_id=dear.pk, seen_total_minor=10_000).order.shipping_minor == 0


def test_somebody_elses_address_is_not_found(buy: Buy, mallory: User) -> None:
    foreign = make.make_address(mallory.profile)
    with pytest.raises(NotFound):
        buy(address_id=foreign.pk)


@pytest.mark.parametrize("what", ["suspended", "draft", "inactive", "blocked"])
def test_what_is_not_on_sale_cannot_be_bought(
    buy: Buy, variant: Variant, rich_alice: User, address: Address, what: str
) -> None:
    product = variant.product
    if what == "suspended":
        Store.objects.update(state="suspended")
    elif what == "draft":
        type(product).objects.update(state="draft")
    elif what == "inactive":
        Variant.objects.update(is_active=False)
    else:
        product.store.profile.blocks_made.create(
            blocked=rich_alice.profile, created_at=product.created_at
        )
    with pytest.raises(NotForSale):
        buy()
