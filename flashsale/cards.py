"""The sale in other apps' places: the card of a post, the top of home, the side column."""

from collections.abc import Mapping, Sequence

from accounts.models import Profile
from feed.cards import AttachChoice, CardType
from feed.slots import SlotItem
from flashsale import selectors
from flashsale.intake.reservation_batches import CARD
from flashsale.models import Sale
from socialcommerce.lib import clock

CHOICES = 10


def load(ids: Sequence[int], viewer: Profile | None) -> Mapping[int, object]:
    del viewer  # a sale looks the same to everybody in a post; its page knows the person
    return dict(selectors.by_id(ids, now=clock.now()))


def attachable(author: Profile, query: str) -> Sequence[AttachChoice]:
    """Sales that are not over, by title."""
    del author  # whoever likes a sale may show it
    now = clock.now()
    found = Sale.objects.public().running().filter(ends_at__gt=now, title__icontains=query)
    return [
        AttachChoice(card_id=sale.pk, label=sale.title)
        for sale in found.order_by("starts_at")[:CHOICES]
    ]


def home_top(viewer: Profile | None) -> Sequence[SlotItem]:
    del viewer
    sale = selectors.headline(now=clock.now())
    return [SlotItem("flashsale/slots/_headline.html", {"sale": sale})] if sale else []


def side_column(viewer: Profile | None) -> Sequence[SlotItem]:
    del viewer
    sales = selectors.tonight(now=clock.now())
    return [SlotItem("flashsale/slots/_tonight.html", {"sales": sales})] if sales else []


SALE = CardType(
    key=CARD,
    template="flashsale/cards/sale.html",
    load=load,
    attachable=attachable,
    group_template="flashsale/cards/reserved.html",
    is_rewarded=True,
)
