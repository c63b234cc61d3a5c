"""Three sales at each start: one is over, one is live, one takes reservations.

What happened in the past is worked by the very batches that drain the gate, with the time it
happened; the controller then opens the gates of what still runs.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from accounts.models import Address, Profile, User
from feed.cards import CardRef
from feed.services import posts
from flashsale import tokens
from flashsale.gate.rebuild import rebuild
from flashsale.intake import claim_batches, reservation_batches
from flashsale.intake.batches import Batch, Outcome
from flashsale.intake.streams import Entry
from flashsale.models import Lot, Sale
from flashsale.sale_states import SaleState
from flashsale.services import sales
from flashsale.services.locking import StaleEpoch
from flashsale.unit_states import UnitState
from shop.models import Product
from shop.services import stock
from socialcommerce.demo import content
from socialcommerce.lib import clock, redis

MINUTE = timedelta(minutes=1)
LEAD = 3 * MINUTE  # from the start of the site to the start of the sale that people can try


@dataclass(frozen=True, slots=True)
class Plan:
    """A sale of the demo world; times count from the moment the site starts."""

    product: str
    blurb: str
    units: int
    per_cent: int  # of the product's price
    reserve_opens: timedelta
    reserve_closes: timedelta
    starts: timedelta
    ends: timedelta
    reserved: int  # people who have reserved already
    claimed: int  # of them, who have claimed already


OVER = Plan(
    product="The Night Ferry, signed",
    blurb="Thirty copies from the author's own shelf, with a note on the last page.",
    units=30,
    per_cent=70,
    reserve_opens=-26 * 60 * MINUTE,
    reserve_closes=-3 * 60 * MINUTE,
    starts=-3 * 60 * MINUTE,
    ends=-2 * 60 * MINUTE,
    reserved=52,
    claimed=44,
)
LIVE = Plan(
    product="Dusk lamp",
    blurb="The last run of the linen shade. When it is gone it is gone.",
    units=40,
    per_cent=60,
    reserve_opens=-20 * 60 * MINUTE,
    reserve_closes=-5 * MINUTE,
    starts=-5 * MINUTE,
    ends=120 * MINUTE,
    reserved=58,
    claimed=17,
)
NEXT = Plan(
    product="Ember One phone",
    blurb="Twenty-five phones from the first series, two screws each.",
    units=25,
    per_cent=50,
    reserve_opens=-60 * MINUTE,
    reserve_closes=LEAD - timedelta(seconds=20),
    starts=LEAD,
    ends=LEAD + 60 * MINUTE,
    reserved=34,
    claimed=0,
)
LIVE_RESERVERS = ("mina", "jonas")  # the demo logins can claim in the sale that is live


def schedule(*, now: datetime) -> Iterator[str]:
    """One sale over, one live and one to come stand; yields a line about each that is new."""
    chance = random.Random(int(now.timestamp()))
    public = Sale.objects.public()
    if not public.filter(ends_at__lte=now).exists():
        yield f"Sale over: {_stage(OVER, now=now, chance=chance).title}"
    free = Q(units__state=UnitState.FREE)
    running = public.filter(free, state=SaleState.APPROVED, ends_at__gt=now + 20 * MINUTE)
    if not running.filter(starts_at__lte=now).exists():
        yield f"Sale live: {_stage(LIVE, now=now, chance=chance).title}"
    soon = now + LEAD - MINUTE
    if not public.filter(state=SaleState.APPROVED, reserve_closes_at__gte=soon).exists():
        sale = _stage(NEXT, now=now, chance=chance)
        yield f"Sale to reserve for: {sale.title}, starts at {sale.starts_at:%H:%M:%S} UTC"


def _stage(plan: Plan, *, now: datetime, chance: random.Random) -> Sale:
    """The planned sale with its past: announced by its store, reserved for, claimed from."""
    announced = now + plan.reserve_opens - MINUTE
    lot = announce(plan, now=now, announced=announced)
    _tell(lot, plan, now=announced + MINUTE)
    people = _people(plan, chance=chance)
    reserve(lot, people, now=min(now, lot.sale.reserve_closes_at) - MINUTE)
    claimants = people[len(LIVE_RESERVERS) :] if plan is LIVE else people
    claim(lot, claimants[: plan.claimed], now=lot.sale.starts_at + MINUTE)
    return lot.sale


def announce(plan: Plan, *, now: datetime, announced: datetime) -> Lot:
    """The planned sale stands approved, its units out of the shelf."""
    product = Product.objects.select_related("store__profile").get(title=plan.product)
    variant = product.variants.select_related("stock").order_by("position")[0]
    operator = User.objects.filter(is_operator=True).order_by("pk")[0]
    stock.adjust(
        variant_id=variant.pk,
        on_hand=variant.stock.on_hand + plan.units,
        reason="delivery for a sale",
        actor_id=operator.pk,
        now=announced,
    )
    sale = Sale.objects.create(
        title=product.title,
        blurb=plan.blurb,
        post_text=f"I have reserved: {product.title} #fairsale",
        currency=settings.SITE_CURRENCY,
        hold_seconds=settings.SALE_HOLD_SECONDS,
        reserve_opens_at=now + plan.reserve_opens,
        reserve_closes_at=now + plan.reserve_closes,
        starts_at=now + plan.starts,
        ends_at=now + plan.ends,
        created_at=announced,
    )
    price = variant.price_minor * plan.per_cent // 100
    lot = Lot.objects.create(sale=sale, variant=variant, unit_price_minor=price, pledged=plan.units)
    sales.approve(sale_id=sale.pk, by=operator, now=announced)
    sale.refresh_from_db()
    return Lot.objects.select_related("sale").get(pk=lot.pk)


def _tell(lot: Lot, plan: Plan, *, now: datetime) -> None:
    """The store has posted about its sale."""
    posts.publish(
        author=lot.variant.product.store.profile,
        text=f"{plan.blurb} {plan.units} units, {plan.per_cent} % of the price. #fairsale",
        card=CardRef("sale", lot.sale_id),
        now=now,
    )


def _people(plan: Plan, *, chance: random.Random) -> list[Profile]:
    """Who reserves, in order; the demo logins first where the sale is live."""
    handles = [handle for handle, _name, _bio in content.load("people")["people"]]
    everybody = Profile.objects.filter(kind="person", handle__in=handles)
    known = [*everybody.exclude(handle__in=[*LIVE_RESERVERS, "ops"]).order_by("pk")]
    chosen = chance.sample(known, min(plan.reserved, len(known)))
    logins = list(everybody.filter(handle__in=LIVE_RESERVERS).order_by("pk"))
    return logins + chosen if plan is LIVE else chosen


def reserve(lot: Lot, people: Sequence[Profile], *, now: datetime) -> None:
    """They have reserved, in that order; two of three let their wallet be charged."""
    homes = Address.objects.kept().filter(profile__in=people).order_by("-pk")
    by_person = {home.profile_id: home.pk for home in homes}

    def fields(index: int, person: Profile) -> dict[str, str]:
        return {
            "person": str(person.pk),
            "lot": str(lot.pk),
            "address": str(by_person[person.pk]),
            "wallet": str(int(index % 3 != 0)),
            "share": "0",
            "at": _microseconds(now + index * timedelta(milliseconds=170)),
        }

    rows = [fields(index, person) for index, person in enumerate(people)]
    _work(reservation_batches.work, lot.sale, rows, now=now)


def claim(lot: Lot, people: Sequence[Profile], *, now: datetime) -> None:
    """They have claimed, in that order, and heard what became of it. All have reserved."""
    numbers = dict(lot.sale.reservations.values_list("person_id", "number"))

    def fields(index: int, person: Profile) -> dict[str, str]:
        number = numbers[person.pk]
        return {
            "person": str(person.pk),
            "number": str(number),
            "lot": str(lot.pk),
            "slot": "1",
            "ticket": tokens.ticket(sale_id=lot.sale_id, number=number, slot=1),
            "wave": "0",
            "lost": "0",
            "at": _microseconds(now + index * timedelta(milliseconds=40)),
        }

    rows = [fields(index, person) for index, person in enumerate(people)]
    if rows:
        _work(claim_batches.work, lot.sale, rows, now=now)


def _work(
    work: Callable[[Batch], Outcome], sale: Sale, rows: list[dict[str, str]], *, now: datetime
) -> None:
    """One batch, under whatever epoch stands: a running controller opens gates meanwhile."""
    while True:
        sale.refresh_from_db()
        epoch = {"epoch": str(sale.epoch)}
        entries = [Entry(f"{row['person']}-1", {**row, **epoch}) for row in rows]
        try:
            work(Batch(sale.pk, sale.epoch, entries, now))
            break
        except StaleEpoch:
            continue
    if sale.epoch:  # the gate has been loaded without this: load it anew
        run_id = str(redis.gate().info("server")["run_id"])
        rebuild(sale_id=sale.pk, run_id=run_id, now=clock.now())


def _microseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000))
