"""What a visitor finds: a store, something on its shelf, a post about it, a sale of it."""

import time
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Profile, User
from feed.cards import CardRef
from feed.models import Post
from feed.services import posts
from flashsale.models import Sale
from shop.models import Store, Variant
from socialcommerce.health import CONTROLLER_KEY
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories import payments as money
from tests.factories import shop as make
from tests.factories.accounts import UserFactory

GATE_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Town:
    owner: User
    store: Store
    variant: Variant
    post: Post

    @property
    def profile(self) -> Profile:
        return self.store.profile


def build() -> Town:
    """The store's owner is Bob's colleague Otto, so that alice and bob are free to buy."""
    owner = UserFactory.create(handle="otto", name="Otto")
    store = make.make_store(owner, name="Paper Moon")
    variant = make.make_variant(store, title="Dotted notebook", on_hand=20)
    post = posts.publish(
        author=store.profile,
        text="Dotted pages for long evenings. #paper",
        card=CardRef("checkout", variant.product_id),
        now=clock.now(),
    )
    return Town(owner, store, variant, post)


def hold_sale(
    *, variant: Variant | None = None, open_for: float, units: int = 3, opens_in: float = -5
) -> Sale:
    """An approved sale whose reservations are open for so many seconds; it starts 3 s later.

    The running controller has opened its gate; the seconds count from when that one is awake, so
    that a slow start of the processes does not eat the window.
    """
    _wait_for_the_controller()
    sale = sales.approved_sale(
        variant=variant,
        units=units,
        opens_in=opens_in,
        closes_in=open_for,
        starts_in=open_for + 3,
    )
    _wait_for_the_gate(sale)
    return sale


def reserved(sale: Sale, *users: User, pay_from_wallet: bool = False) -> list[sales.Person]:
    """Each of them has an address, 50.00 in the wallet and a reservation."""
    for user in users:
        money.give_money(user.profile, 5_000)
    book = [make.make_address(user.profile, is_default=True) for user in users]
    return sales.reserve_rows(sale, book, pay_from_wallet=pay_from_wallet)


def _wait_for_the_controller() -> None:
    until = time.monotonic() + GATE_SECONDS
    while not redis.cache().exists(CONTROLLER_KEY):
        assert time.monotonic() < until, "the controller never woke up"
        time.sleep(0.2)


def _wait_for_the_gate(sale: Sale) -> None:
    until = time.monotonic() + GATE_SECONDS
    while not Sale.objects.exclude(gate_run_id="").filter(pk=sale.pk).exists():
        assert time.monotonic() < until, "the controller never opened the gate"
        time.sleep(0.2)


def wait_for_the_start(sale: Sale) -> None:
    remaining = sale.starts_at - clock.now() + timedelta(milliseconds=200)
    time.sleep(max(0.0, remaining.total_seconds()))
