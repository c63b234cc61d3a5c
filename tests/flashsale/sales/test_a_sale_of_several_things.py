"""A sale with several lots: all are shown, one is chosen, and each lot's units are its own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from flashsale import selectors, tokens, verification
from flashsale.models import Claim, Lot, Reservation, Sale, Stream
from flashsale.services.watch import conservation, controller, sweeps
from flashsale.tokens import SaleToken
from shop.models import StockMovement
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.payments import give_money
from tests.factories.shop import make_address, make_store, make_variant

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def sale(mallory: User) -> Sale:
    """One unit each of Blue (15.00) and Red (20.00) of the same notebook, reservations open."""
    cache.clear()
    blue = make_variant(make_store(mallory), name="Blue")
    red = make_variant(blue.product.store, product=blue.product, name="Red")
    sale = sales.sale_of_several(blue, red)
    sales.open_gate(sale)
    return sale


def lots(sale: Sale) -> tuple[Lot, Lot]:
    blue, red = sale.lots.order_by("pk")
    return blue, red


def page(client: Client, sale: Sale) -> str:
    return str(client.get(sale.get_absolute_url()).content.decode())


def reserve(client: Client, user: User, sale: Sale, lot: Lot) -> None:
    form = {
        "token": tokens.issue(SaleToken(sale.pk, user.profile.pk, 0, 0, sale.slots)),
        "lot": lot.pk,
        "address": make_address(user.profile).pk,
    }
    client.post(f"/sales/{sale.pk}/reservation/", form)
    sales.drain(sale, Stream.RESERVATIONS)
    assert Reservation.objects.standing().get(person=user.profile).lot == lot


def claim(client: Client, user: User, sale: Sale) -> None:
    row = Reservation.objects.get(person=user.profile)
    token = SaleToken(sale.pk, user.profile.pk, row.number, row.lot_id, sale.slots)
    client.post(f"/sales/{sale.pk}/claim/", {"token": tokens.issue(token), "slot": 1})
    sales.drain(sale)


def test_stock_is_taken_in_one_order_so_that_no_two_approvals_block_each_other(
    sale: Sale, mallory: User
) -> None:
    blue, red = (lot.variant for lot in lots(sale))
    other = sales.sale_of_several(red, blue)
    taken = StockMovement.objects.filter(kind="lot_taken", reference=f"sale:{other.pk}")
    variants = taken.order_by("pk").values_list("stock_item__variant", flat=True)
    assert list(variants) == [blue.pk, red.pk]


def test_everything_is_shown_with_its_price_before_one_can_choose(mallory: User) -> None:
    first = make_variant(make_store(mallory), title="Notebook", name="Blue")
    second = make_variant(first.product.store, title="Pencil", name="Soft")
    sale = sales.sale_of_several(first, second, units=3, opens_in=600)
    text = page(Client(), sale)
    assert "from $15.00" in text
    assert "2 to choose from" in text
    assert text.index("Notebook, Blue") < text.index("Pencil, Soft")
    assert "$20.00" in text
    (view,) = selectors.listed(now=clock.now())
    assert (view.pledged, view.free) == (6, 6)


def test_the_form_asks_which_and_chooses_for_nobody(
    sale: Sale, alice: User, client_of: ClientOf
) -> None:
    make_address(alice.profile)
    text = page(client_of(alice), sale)
    for lot in lots(sale):
        assert f'<input type="radio" name="lot" value="{lot.pk}" required>' in text
    assert "Price and shipping of what you chose." in text
    assert "a unit for everybody" not in text  # of Blue and Red together nobody can say


def test_where_there_is_one_thing_nobody_is_asked(alice: User, client_of: ClientOf) -> None:
    alone = sales.approved_sale()
    sales.open_gate(alone)
    make_address(alice.profile)
    text = page(client_of(alice), alone)
    assert f'<input type="hidden" name="lot" value="{alone.lots.get().pk}">' in text
    assert "to choose from" not in text
    assert "You chose" not in text


def test_without_a_choice_nothing_is_sent(sale: Sale, alice: User, client_of: ClientOf) -> None:
    token = tokens.issue(SaleToken(sale.pk, alice.profile.pk, 0, 0, 1))
    form = {"token": token, "address": make_address(alice.profile).pk}
    said = client_of(alice).post(f"/sales/{sale.pk}/reservation/", form)
    assert said.status_code == 422
    assert "Choose what you want and where it goes" in said.content.decode()


def test_whoever_chose_sees_that_thing_and_how_many_want_it(
    sale: Sale, alice: User, bob: User, client_of: ClientOf
) -> None:
    blue, red = lots(sale)
    reserve(client_of(alice), alice, sale, red)
    reserve(client_of(bob), bob, sale, red)
    text = page(client_of(alice), sale)
    assert "You chose" in text
    assert "Red" in text
    assert "About 2 people for each unit." in text
    view = selectors.get(sale.pk, now=clock.now())
    assert [(lot.id, lot.reserved) for lot in view.lots] == [(blue.pk, 0), (red.pk, 2)]
    assert view.reserved == 2


def test_one_thing_is_gone_while_the_other_is_still_to_be_had(
    sale: Sale, alice: User, bob: User, client_of: ClientOf
) -> None:
    _blue, red = lots(sale)
    reserve(client_of(alice), alice, sale, red)
    reserve(client_of(bob), bob, sale, red)
    sales.begin(sale)
    sales.reopen_gate(sale)
    claim(client_of(alice), alice, sale)
    assert Claim.objects.get().unit.lot == red  # type: ignore[union-attr]
    assert "Unit 1 is yours" in page(client_of(alice), sale)
    text = page(client_of(bob), sale)
    assert "Every unit of Red is taken" in text
    assert "Get one" not in text
    assert selectors.get(sale.pk, now=clock.now()).phase == "live"
    # Not sold out as a whole, so what is not paid is free at once, for whoever chose it.
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    assert "Get one" in page(client_of(bob), sale)
    claim(client_of(bob), bob, sale)
    assert "Unit 1 is yours" in page(client_of(bob), sale)
    assert verification.faults(sale.pk) == []


def test_the_end_says_where_the_units_of_each_thing_went(
    sale: Sale, alice: User, client_of: ClientOf
) -> None:
    _blue, red = lots(sale)
    give_money(alice.profile, 5_000)
    reserve(client_of(alice), alice, sale, red)
    sales.begin(sale)
    sales.reopen_gate(sale)
    claim(client_of(alice), alice, sale)
    key = {"key": "k1", "slot": 1, "pay_with": "wallet"}
    assert client_of(alice).post(f"/sales/{sale.pk}/claim/pay/", key).status_code == 303
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now())
    controller.Controller().tick(now=clock.now())
    words = " ".join(page(Client(), sale).split())
    fates = words[words.index("<dt>Blue</dt>") :]
    assert "1 unit: 1 not sold, 0 paid, 0 unpaid" in fates[: fates.index("<dt>Red</dt>")]
    assert "1 unit: 1 paid, 0 unpaid" in fates[fates.index("<dt>Red</dt>") :]
    assert conservation.count(sale.pk).holds


def test_programs_see_each_lot_and_reserve_for_one(sale: Sale, alice: User) -> None:
    client, base = APIClient(), f"/api/v1/sales/{sale.pk}"
    client.force_authenticate(alice)
    shown = client.get(base).json()
    assert [(lot["name"], lot["price_minor"], lot["free"]) for lot in shown["lots"]] == [
        ("Blue", 1_500, 1),
        ("Red", 2_000, 1),
    ]
    chosen = shown["lots"][1]["id"]
    body = {"lot_id": chosen, "address_id": make_address(alice.profile).pk}
    assert client.post(f"{base}/reservation", body).json()["standing"] == "received"
    sales.drain(sale, Stream.RESERVATIONS)
    assert client.get(f"{base}/reservation").json()["lot_id"] == chosen
    sales.begin(sale)
    sales.reopen_gate(sale)
    client.post(f"{base}/claim", {})
    sales.drain(sale)
    assert client.get(f"{base}/claim").json()["lot_id"] == chosen


def test_the_list_takes_one_query_more_however_many_have_several(
    django_assert_num_queries: Callable[..., object], mallory: User
) -> None:
    store = make_store(mallory)

    def another(name: str) -> None:
        first = make_variant(store, name=name)
        second = make_variant(store, product=first.product, name=f"{name} too")
        sales.sale_of_several(first, second)

    another("One")
    cache.clear()
    with django_assert_num_queries(11):
        assert "from $15.00" in Client().get("/sales/").content.decode()
    another("Two")
    another("Three")
    cache.clear()
    with django_assert_num_queries(11):
        Client().get("/sales/")
    with django_assert_num_queries(10):
        Client().get("/sales/")
