"""One of everything that pages show: posts, orders, money, a card, a sale in each phase."""

from collections.abc import Iterator
from datetime import timedelta

from accounts.models import User
from accounts.services import follows
from flashsale.models import Claim, Sale
from flashsale.services import claims
from flashsale.services.sales import settle
from shop.models import Order
from shop.services import checkout
from socialcommerce.lib import clock
from tests.browser.town import Town
from tests.factories import feed as talk
from tests.factories import flashsale as sales
from tests.factories import payments as money
from tests.factories import shop as make
from tests.factories.accounts import UserFactory


def set_up(town: Town, alice: User) -> list[str]:
    """The addresses that alice has something to see at."""
    address = make.make_address(alice.profile, is_default=True)
    money.give_money(alice.profile, 100_000)
    card = money.bind_card(alice.profile)
    follows.follow(follower=alice.profile, followed=town.profile, now=clock.now())
    mine = talk.post_of(alice.profile, "Good morning @otto #paper")
    talk.post_of(UserFactory.create(handle="nora").profile, "Hello @alice", in_reply_to=mine)
    order = checkout.place(
        buyer=alice.profile,
        variant_id=town.variant.pk,
        quantity=1,
        address_id=address.pk,
        method="wallet",
        seen_total_minor=1_650,
        key="scene",
        now=clock.now(),
        return_url="/orders/{number}/",
    ).order
    return [
        mine.get_absolute_url(),
        town.profile.get_absolute_url(),
        alice.profile.get_absolute_url(),
        town.store.get_absolute_url(),
        town.variant.product.get_absolute_url(),
        f"/checkout/{town.variant.product_id}/",
        f"/me/addresses/{address.pk}/",
        f"/wallet/cards/{card.pk}/",
        order.get_absolute_url(),
    ]


def sales_in_each_phase(town: Town, alice: User) -> Iterator[Sale]:
    """A sale for each face that its page can have for alice."""
    far = {"closes_in": 7_200, "starts_in": 7_200}
    yield sales.approved_sale(opens_in=3_600, **far)  # announced
    yield sales.approved_sale(**far)  # reserve
    red = make.make_variant(town.store, product=town.variant.product, name="Red")
    yield sales.sale_of_several(town.variant, red, **far)  # reserve one of two
    reserved = sales.approved_sale(**far)
    sales.reserve_rows(reserved, list(alice.profile.addresses.all()))
    yield reserved
    yield from (_claimed(alice, then) for then in ("ready", "live", "held", "paid"))
    yield sales.live_sale()  # watched by somebody who has not reserved
    sold_out = sales.live_sale(units=1)
    _somebody_claims(sold_out)
    yield sold_out
    over = sales.approved_sale()
    Sale.objects.filter(pk=over.pk).update(
        starts_at=clock.now() - timedelta(hours=1), ends_at=clock.now() - timedelta(seconds=1),
        reserve_opens_at=clock.now() - timedelta(hours=3),
        reserve_closes_at=clock.now() - timedelta(hours=2),
    )  # fmt: skip
    yield settle(sale_id=over.pk, now=clock.now())


def _claimed(alice: User, then: str) -> Sale:
    """Alice has reserved, and gone as far as `then` says."""
    sale = sales.approved_sale()
    (person,) = sales.reserve_rows(sale, list(alice.profile.addresses.all()))
    if then == "ready":
        Sale.objects.filter(pk=sale.pk).update(reserve_closes_at=clock.now() - timedelta(seconds=1))
        return sale
    sales.begin(sale)
    sales.open_gate(sale)
    if then in ("held", "paid"):
        sales.claim(sale, person)
        sales.drain(sale)
        assert Claim.objects.get(sale=sale).state == "held"
    if then == "paid":
        claims.pay(
            sale_id=sale.pk, person=alice.profile, method="wallet", instrument_id=None,
            key="scene", return_url="/", now=clock.now(),
        )  # fmt: skip
        assert Order.objects.get(claim__sale=sale).state == "paid"
    return sale


def _somebody_claims(sale: Sale) -> None:
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
