"""What shop shows inside the feed: the checkout card, and a store's shelf on its profile."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Profile
from feed.cards import AttachChoice, CardType
from feed.slots import SlotItem
from shop import selectors
from shop.models import Product, Store
from shop.selectors import Filters
from socialcommerce.lib.money import Money, format_money

CHOICES = 12  # products in the composer's list
SHELF = 8  # products on a store's profile


def load(ids: Sequence[int], viewer: Profile | None) -> Mapping[int, object]:
    """Products by id, for a whole page of posts. Three queries."""
    return selectors.products_by_id(ids, viewer)


def attachable(author: Profile, query: str) -> list[AttachChoice]:
    """Own products first, then whatever is on sale and matches. Four queries."""
    found = Product.objects.visible_to(author).matching(query)
    own_stores = Store.objects.filter(profile__in=_own_profiles(author))
    own = list(found.filter(store__in=own_stores).for_view()[:CHOICES])
    rest = list(found.exclude(store__in=own_stores).for_view()[: CHOICES - len(own)])
    return [_choice(view) for view in selectors.views_of([*own, *rest], None)]


def shelf(profile: Profile | None) -> list[SlotItem]:
    """The strip of products on top of an open store's profile; nothing on anybody else's."""
    if profile is None or not profile.is_store:
        return []
    store = Store.objects.open().filter(profile=profile).select_related("profile").first()
    if store is None:
        return []
    page = selectors.products(
        None, filters=Filters(store_handle=profile.handle), cursor=None, size=SHELF
    )
    context = {"store": store, "products": page.items}
    return [SlotItem("shop/slots/profile_products.html", context)] if page.items else []


CHECKOUT = CardType(
    key="checkout",
    template="shop/cards/checkout.html",
    load=load,
    attachable=attachable,
    label=_("Product"),
)


def _own_profiles(author: Profile) -> list[int]:
    """The author itself, if it is a store, and the stores of the person."""
    memberships = Membership.objects.filter(user=author.user_id) if author.user_id else ()
    return [author.pk, *(membership.profile_id for membership in memberships)]


def _choice(view: selectors.ProductView) -> AttachChoice:
    price = format_money(Money(view.price_minor, view.currency))
    return AttachChoice(
        card_id=view.id,
        label=view.title,
        hint=f"{view.store.profile.name} · {price}",
        picture_url=view.picture.small_url if view.picture else "",
    )
