"""What a rehearsal leaves is in no other list of the operator site."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Address, User
from flashsale.models import Claim, Sale
from flashsale.rehearsal import cast
from payments.models import Payment
from shop.models import Order
from socialcommerce.lib import clock
from socialcommerce.lib.money import TEST_CURRENCY
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
EXTRAS = {
    "accounts/user": {"profile__is_extra": True},
    "accounts/profile": {"is_extra": True},
    "shop/store": {"profile__is_extra": True},
    "shop/product": {"store__profile__is_extra": True},
    "shop/variant": {"product__store__profile__is_extra": True},
    "shop/order": {"store__profile__is_extra": True},
    "payments/account": {"currency": TEST_CURRENCY},
    "payments/payment": {"currency": TEST_CURRENCY},
    "flashsale/sale": {"rehearses__isnull": False},
    "flashsale/reservation": {"sale__rehearses__isnull": False},
    "flashsale/claim": {"sale__rehearses__isnull": False},
}


@pytest.fixture
def operator(client_of: Callable[[User], Client]) -> Client:
    return client_of(UserFactory.create(is_operator=True))


@pytest.fixture
def played() -> Sale:
    """An extra has bought the only unit of it with test money."""
    now = clock.now()
    (extra,) = cast.people(1, now=now)
    (variant,) = cast.variants(1, price_minor=sales.PRICE_MINOR, now=now)
    cast.mint([extra], amount_minor=10 * sales.PRICE_MINOR, key="a test", now=now)
    sale = sales.draft_sale(units=1, variant=variant, rehearses=sales.draft_sale())
    Sale.objects.filter(pk=sale.pk).update(currency=TEST_CURRENCY)
    sales.approve(sale)
    sales.begin(sale)
    sales.open_gate(sale)
    homes = Address.objects.filter(pk=extra.address_id)
    (person,) = sales.reserve_rows(sale, homes, pay_from_wallet=True)
    sales.claim(sale, person)
    sales.drain(sale)
    assert Claim.objects.get(sale=sale).state == "paid"
    return sale


@pytest.mark.parametrize("path", EXTRAS)
def test_it_is_in_no_list_beside_it(path: str, played: Sale, operator: Client) -> None:
    rows = operator.get(f"/operator/{path}/").context["cl"].queryset
    assert rows.model._default_manager.filter(**EXTRAS[path]).exists()
    assert not rows.filter(**EXTRAS[path]).exists()


def test_what_is_real_is_listed_as_ever(operator: Client) -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1, pay_from_wallet=True)
    sales.fill_wallets([person], 10 * sales.PRICE_MINOR)
    sales.claim(sale, person)
    sales.drain(sale)
    order, payment = Order.objects.get(), Payment.objects.get()
    assert order.number in operator.get("/operator/shop/order/").content.decode()
    assert payment.reference in operator.get("/operator/payments/payment/").content.decode()


def test_no_rehearsal_can_be_chosen_in_a_filter(played: Sale, operator: Client) -> None:
    real = sales.approved_sale()
    Sale.objects.filter(pk=real.pk).update(title="Tin kettle")
    Sale.objects.filter(pk=played.pk).update(title="Played kettle")
    for path in ("claim", "reservation", "deadletter"):
        page = operator.get(f"/operator/flashsale/{path}/").content.decode()
        assert "Tin kettle" in page
        assert "Played kettle" not in page
