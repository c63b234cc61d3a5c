"""What the demo world lacks for a whole album: sales in every phase, an order, money for receipts.

Everything is made by the services, beside what is there. The sales end within some minutes by
themselves, and the controller gives their units back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Address, Profile
from flashsale.models import Sale
from payments.services import wallets
from shop.models import Product
from shop.services import checkout
from socialcommerce.demo import sales
from socialcommerce.demo.sales import MINUTE, Plan
from socialcommerce.lib import clock

ORDERED = "Morning mug"
BOUGHT_IN_PICTURES = "Rye that keeps"
WALLET_MINOR = 10_000
EARLIER = -60 * MINUTE
JUST_NOW = timedelta(seconds=-30)
SOON = 8 * MINUTE  # long enough to take all pictures of sales
END = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Stage:
    """The sales by phase, and what can be bought."""

    announced: Sale
    reserving: Sale
    ready: Sale
    live: Sale
    sold_out: Sale
    over: Sale
    product: Product
    ordered: str


def build(*, now: datetime) -> Stage:
    """Sales in every phase with mina, jonas and yuki in them, and an order of mina's."""
    named = {
        profile.handle: profile
        for profile in Profile.objects.filter(handle__in=["mina", "jonas", "yuki"])
    }
    mina, jonas, yuki = named["mina"], named["jonas"], named["yuki"]
    others = list(
        Profile.objects.filter(kind="person", user__email__endswith="@plaza.example")
        .exclude(handle__in=["mina", "jonas", "yuki", "ops"])
        .order_by("pk")
    )
    wallets.grant(
        profile_id=mina.pk, amount_minor=WALLET_MINOR, key=f"pictures:{now.timestamp()}", now=now
    )
    return Stage(
        announced=_sale(
            "Stack speaker", 20, opens=SOON, closes=SOON + MINUTE, starts=SOON + MINUTE
        ),
        reserving=_sale("Halo headphones", 30, people=[jonas, *others[:41]]),
        ready=_sale("Harbour shoe", 24, [mina, *others[:50]], closes=JUST_NOW),
        live=_sale(
            "Kitchen chair", 18, [jonas, yuki, mina, *others[:40]], claims=11, starts=JUST_NOW
        ),
        sold_out=_sale("Fisher hat", 8, [*others[:30], mina], claims=12, starts=JUST_NOW),
        over=Sale.objects.public().filter(ends_at__lte=now).order_by("pk")[0],
        product=Product.objects.get(title=BOUGHT_IN_PICTURES),
        ordered=_order(mina, now=now),
    )


def _sale(
    product: str,
    units: int,
    people: list[Profile] | None = None,
    *,
    opens: timedelta = EARLIER,
    closes: timedelta = SOON,
    starts: timedelta = SOON,
    claims: int = 0,
) -> Sale:
    """Approved a moment ago; whoever is named has reserved, the first but mina have claimed."""
    now = clock.now()
    plan = Plan(
        product=product,
        blurb=Product.objects.get(title=product).description,
        units=units,
        per_cent=60,
        reserve_opens=opens,
        reserve_closes=min(closes, starts),
        starts=starts,
        ends=END,
        reserved=0,
        claimed=0,
    )
    announced = now + min(opens, timedelta()) - MINUTE
    lot = sales.announce(plan, now=now, announced=announced)
    if people:
        sales.reserve(lot, people, now=now)
        claimants = [person for person in people if person.handle != "mina"]
        sales.claim(lot, claimants[:claims], now=now)
    return lot.sale


def _order(buyer: Profile, *, now: datetime) -> str:
    """The address of a paid order's page."""
    variant = Product.objects.get(title=ORDERED).variants.order_by("position")[0]
    shop = variant.product.store
    result = checkout.place(
        buyer=buyer,
        variant_id=variant.pk,
        quantity=1,
        address_id=Address.objects.kept().filter(profile=buyer)[0].pk,
        method="wallet",
        seen_total_minor=variant.price_minor + shop.shipping_minor(variant.price_minor),
        key=f"pictures:{now.timestamp()}",
        now=now,
        return_url="/orders/{number}/",
    )
    return result.order.get_absolute_url()
