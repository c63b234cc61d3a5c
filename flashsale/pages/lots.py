"""What a sale has of each thing it sells, as pages and programs show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db.models import Count

from flashsale.models import Lot, Reservation, Sale, Unit
from flashsale.unit_states import UnitState
from shop.models import Product
from shop.selectors import PictureView

WANTED_SECONDS: Final = 15  # counting a million reservations for each look would be the load itself

States = Mapping[UnitState, int]


@dataclass(frozen=True, slots=True)
class Stock:
    """Units by state, of a lot or of a whole sale, and how many people have reserved for them."""

    units: States
    pledged: int
    reserved: int

    @property
    def free(self) -> int:
        return self.units.get(UnitState.FREE, 0)

    @property
    def paid(self) -> int:
        return self.units.get(UnitState.PAID, 0)

    @property
    def unpaid(self) -> int:
        """Held by somebody who has yet to pay, or given up after the first sell-out."""
        return self.units.get(UnitState.HELD, 0) + self.units.get(UnitState.POOLED, 0)

    @property
    def unsold(self) -> int:
        """Still to be had, or back with the store once the sale is over."""
        return self.pledged - self.paid - self.unpaid

    @property
    def taken(self) -> int:
        return self.pledged - self.free

    @property
    def people_per_unit(self) -> int:
        """Rounded half up; 0 while there are fewer people than units."""
        if self.reserved <= self.pledged:
            return 0
        return max(1, (2 * self.reserved + self.pledged) // (2 * self.pledged))


@dataclass(frozen=True, slots=True)
class LotView(Stock):
    """One thing of a sale. Amounts in minor units of the sale's currency."""

    id: int
    name: str
    url: str
    price_minor: int
    shipping_minor: int
    usual_price_minor: int
    picture: PictureView | None


def views(sale: Sale, units: Mapping[int, States], wanted: Mapping[int, int]) -> list[LotView]:
    """In the order in which they were pledged. No query where the lots are prefetched."""
    lots = list(sale.lots.all())
    titles = {lot.variant.product.title for lot in lots}
    return [
        LotView(
            units=units.get(lot.pk, {}),
            pledged=lot.pledged,
            reserved=wanted.get(lot.pk, 0) if len(lots) > 1 else sale.reserved - sale.withdrawn,
            id=lot.pk,
            name=_name(lot, several=len(titles) > 1),
            url=lot.variant.product.get_absolute_url(),
            price_minor=lot.unit_price_minor,
            shipping_minor=lot.variant.product.store.shipping_minor(lot.unit_price_minor),
            usual_price_minor=lot.variant.price_minor,
            picture=_picture(lot.variant.product),
        )
        for lot in lots
    ]


def units(sales: Sequence[Sale]) -> dict[int, dict[UnitState, int]]:
    """By lot, how many units are in which state. One query."""
    grouped = Unit.objects.filter(sale__in=sales).values_list("lot_id", "state")
    found: dict[int, dict[UnitState, int]] = {}
    for lot_id, state, count in grouped.annotate(count=Count("pk")).order_by():
        found.setdefault(lot_id, {})[UnitState(state)] = count
    return found


def wanted(sales: Sequence[Sale]) -> dict[int, int]:
    """By lot, for how many people it stands reserved; counted where a sale has several lots.

    At most one query, at most once in WANTED_SECONDS for each of these sales.
    """
    several = {f"lot-wanted:{sale.pk}": sale.pk for sale in sales if len(sale.lots.all()) > 1}
    known: dict[str, dict[int, int]] = cache.get_many(several) if several else {}
    missing = [sale_id for key, sale_id in several.items() if key not in known]
    if missing:
        counted = _count(missing)
        known |= counted
        cache.set_many(counted, WANTED_SECONDS)
    return {lot_id: count for counts in known.values() for lot_id, count in counts.items()}


def _count(sale_ids: Sequence[int]) -> dict[str, dict[int, int]]:
    standing = Reservation.objects.standing().filter(sale__in=sale_ids)
    rows = standing.values_list("sale_id", "lot_id").annotate(count=Count("pk")).order_by()
    found: dict[str, dict[int, int]] = {f"lot-wanted:{sale_id}": {} for sale_id in sale_ids}
    for sale_id, lot_id, count in rows:
        found[f"lot-wanted:{sale_id}"][lot_id] = count
    return found


def _name(lot: Lot, *, several: bool) -> str:
    """Of several products each says which; of one, its versions are enough."""
    product = lot.variant.product
    return f"{product.title}, {lot.variant.name}" if several else lot.variant.name


def _picture(product: Product) -> PictureView | None:
    picture = next(iter(product.pictures.all()), None)
    if picture is None:
        return None
    return PictureView(
        url=picture.image.url,
        small_url=picture.small.url,
        width=picture.width,
        height=picture.height,
        alt=picture.alt_text,
    )
