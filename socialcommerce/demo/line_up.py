"""The demo world's line-up: two programmes, and what merchants offer for them."""

from dataclasses import dataclass
from datetime import datetime, time

from accounts.models import User
from flashsale.models import Programme, Slot, Submission
from flashsale.services.line_up import programmes, submissions
from flashsale.services.line_up.submissions import Offer
from shop.models import Category, Product


@dataclass(frozen=True, slots=True)
class Wish:
    product: str
    title: str
    blurb: str
    units: int
    per_cent: int  # of the product's price


WISHES = (
    Wish(
        product="Twelve mountains postcards",
        title="A hundred sets of mountains",
        blurb="Printed in three colours; each set signed by the printer.",
        units=100,
        per_cent=60,
    ),
    Wish(
        product="River teapot",
        title="Twenty teapots with a flaw",
        blurb="A bubble in the glaze, nothing that leaks. Said on the box, too.",
        units=20,
        per_cent=45,
    ),
    Wish(
        product="Field recorder notebook",
        title="Fifty notebooks, last year's cover",
        blurb="The same paper under another colour.",
        units=50,
        per_cent=50,
    ),
)


def plan(*, operator: User, now: datetime) -> None:
    """Two weeks of slots stand; one offer is a draft in them, the others wait for an answer."""
    Programme.objects.create(name="Nine o’clock", local_time=time(21))
    Programme.objects.create(
        name="Noon reading", local_time=time(12), weekdays=0b0011111, category=Category.BOOKS
    )
    programmes.plan(now=now)
    first, *_waiting = [_offer(wish, now=now) for wish in WISHES]
    slot = Slot.objects.order_by("starts_at")[3]
    submissions.accept(
        submission_id=first.pk, slot_id=slot.pk, answer="Lovely.", by=operator, now=now
    )


def _offer(wish: Wish, *, now: datetime) -> Submission:
    product = Product.objects.select_related("store__profile").get(title=wish.product)
    variant = product.variants.order_by("position")[0]
    offer = Offer(
        variant_id=variant.pk,
        title=wish.title,
        blurb=wish.blurb,
        units=wish.units,
        unit_price_minor=variant.price_minor * wish.per_cent // 100,
    )
    owner = product.store.profile.memberships.select_related("user").get().user
    return submissions.submit(offer=offer, by=owner, now=now)
