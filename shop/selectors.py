"""Page-shaped reads of the market: frozen, with a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from shop.models import Product, ProductPicture, Store, Variant
from shop.services import fan_prices
from shop.services.fan_prices import FanPrice, Standing
from socialcommerce.lib import clock, keyset
from socialcommerce.lib.problems import NotFound

LOW_STOCK = 5  # from here on the card says how many are left
PAGE_SIZE = 24  # fills two, three and four columns


@dataclass(frozen=True, slots=True)
class PictureView:
    url: str
    small_url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant that can be chosen; `free` pieces could be bought now. `price_minor` is what it
    costs the viewer, `list_price_minor` what it costs anybody; `fan` is None without a fan price.
    """

    variant_id: int
    name: str
    price_minor: int
    free: int
    list_price_minor: int
    fan: FanPrice | None

    @property
    def is_sold_out(self) -> bool:
        return self.free <= 0


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as tile, card and page show it. Amounts in minor units of `currency`."""

    id: int
    title: str
    description: str
    category: str
    url: str
    store: Store
    currency: str
    offers: tuple[Offer, ...]
    pictures: tuple[PictureView, ...]

    @property
    def picture(self) -> PictureView | None:
        return self.pictures[0] if self.pictures else None

    @property
    def price_minor(self) -> int:
        """The lowest price of what can be bought, or of all when nothing can."""
        return self.cheapest.price_minor

    @property
    def cheapest(self) -> Offer:
        """The offer of that price."""
        there = [offer for offer in self.offers if offer.free > 0]
        return min(there or self.offers, key=lambda offer: offer.price_minor)

    @property
    def fan_to_be(self) -> FanPrice | None:
        """The lowest fan price of what can be bought that the viewer does not have yet."""
        fans = (offer.fan for offer in self.offers if offer.free > 0)
        missing = [fan for fan in fans if fan is not None and not fan.is_theirs]
        return min(missing, key=lambda fan: fan.price_minor, default=None)

    @property
    def has_many_prices(self) -> bool:
        return len({offer.price_minor for offer in self.offers}) > 1

    @property
    def free(self) -> int:
        return sum(max(offer.free, 0) for offer in self.offers)

    @property
    def is_sold_out(self) -> bool:
        return self.free == 0

    @property
    def is_low(self) -> bool:
        return 0 < self.free <= LOW_STOCK

    def offer(self, variant_id: int | None) -> Offer | None:
        """That variant; without an id the first that is not sold out."""
        if variant_id is None:
            return next((one for one in self.offers if not one.is_sold_out), self.offers[0])
        return next((one for one in self.offers if one.variant_id == variant_id), None)


@dataclass(frozen=True, slots=True)
class ProductPage:
    items: list[ProductView]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person looks for; prices in minor units of the site's currency, which find what is
    sold in it.
    """

    text: str = ""
    category: str = ""
    store_handle: str = ""
    price_from_minor: int | None = None
    price_to_minor: int | None = None


def products(
    viewer: Profile | None, *, filters: Filters, cursor: str | None, size: int = PAGE_SIZE
) -> ProductPage:
    """Newest first. Three queries, and those of `views_of`. Raises keyset.BadCursor."""
    page = keyset.page(filtered(viewer, filters).for_view(), cursor=cursor, size=size)
    return ProductPage(views_of(page.items, viewer), page.next_cursor)


def filtered(viewer: Profile | None, filters: Filters) -> Any:
    """Products on sale that match, as a ProductQuerySet; only with something to buy."""
    found = Product.objects.visible_to(viewer).matching(filters.text)
    if filters.category:
        found = found.filter(category=filters.category)
    if filters.store_handle:
        found = found.filter(store__profile__handle__iexact=filters.store_handle)
    offers = Variant.objects.filter(product=OuterRef("pk"), is_active=True)
    if (filters.price_from_minor, filters.price_to_minor) != (None, None):
        # An amount of one currency says nothing about prices in another.
        offers = offers.filter(product__store__currency=settings.SITE_CURRENCY)
    if filters.price_from_minor is not None:
        offers = offers.filter(price_minor__gte=filters.price_from_minor)
    if filters.price_to_minor is not None:
        offers = offers.filter(price_minor__lte=filters.price_to_minor)
    return found.filter(Exists(offers))


def product(product_id: int, *, viewer: Profile | None) -> ProductView:
    """Raises NotFound for what is not on sale, or not for this viewer."""
    rows = Product.objects.visible_to(viewer).filter(pk=product_id).for_view()
    found = views_of(rows, viewer)
    if not found:
        raise NotFound(_("This product is not on sale any more."))
    return found[0]


def products_by_id(ids: Sequence[int], viewer: Profile | None) -> dict[int, ProductView]:
    """What of these the viewer may see and buy. Three queries, and those of `views_of`."""
    rows = Product.objects.visible_to(viewer).filter(pk__in=ids).for_view()
    return {view.id: view for view in views_of(rows, viewer)}


def views_of(rows: Iterable[Product], viewer: Profile | None) -> list[ProductView]:
    """Rows loaded `for_view()`, at the viewer's prices; what has no variant to choose is left out.
    Up to three queries where there are fan prices.
    """
    loaded = [row for row in rows if _offered(row)]
    variants = [variant for row in loaded for variant in _offered(row)]
    where = fan_prices.standing(viewer, variants, now=clock.now())
    return [_view(row, where) for row in loaded]


def store_by_handle(handle: str, *, viewer: Profile | None) -> Store:
    """An open store. Raises NotFound, also where one of both has blocked the other."""
    store = (
        Store.objects.open()
        .filter(profile__in=Profile.objects.visible_to(viewer).by_handle(handle))
        .select_related("profile")
        .first()
    )
    if store is None:
        raise NotFound(_("There is no open store of that name."))
    return store


def _offered(row: Product) -> list[Variant]:
    """What `for_view()` left in the attribute that it names."""
    return cast("list[Variant]", cast("Any", row).offered)


def _view(row: Product, where: Standing) -> ProductView:
    return ProductView(
        id=row.pk,
        title=row.title,
        description=row.description,
        category=row.get_category_display(),
        url=row.get_absolute_url(),
        store=row.store,
        currency=row.store.currency,
        offers=tuple(_offer(variant, where) for variant in _offered(row)),
        pictures=tuple(_picture(picture, row) for picture in row.pictures.all()),
    )


def _offer(variant: Variant, where: Standing) -> Offer:
    item = getattr(variant, "stock", None)  # a variant that never had stock has no item yet
    fan = fan_prices.of(variant, where)
    return Offer(
        variant_id=variant.pk,
        name=variant.name,
        price_minor=fan.price_minor if fan is not None and fan.is_theirs else variant.price_minor,
        free=item.free if item else 0,
        list_price_minor=variant.price_minor,
        fan=fan,
    )


def _picture(picture: ProductPicture, row: Product) -> PictureView:
    return PictureView(
        url=picture.image.url,
        small_url=picture.small.url,
        width=picture.width,
        height=picture.height,
        alt=picture.alt_text or row.title,
    )
