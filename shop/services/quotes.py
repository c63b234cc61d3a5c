"""What an order of one variant costs, decided here and never by the client."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.models import Variant
from socialcommerce.lib.problems import Invalid


class BadQuantity(Invalid):
    code = "bad-quantity"
    title = _("That is not a quantity we can sell")


@dataclass(frozen=True, slots=True)
class Quote:
    """Amounts in minor units of `currency`; the total is subtotal plus shipping."""

    unit_price_minor: int
    quantity: int
    subtotal_minor: int
    shipping_minor: int
    total_minor: int
    currency: str


def quote(variant: Variant, *, quantity: int) -> Quote:
    """The price of `quantity` pieces today, shipping included.

    `variant.product.store` has to be loaded. Raises BadQuantity.
    """
    if not 1 <= quantity <= settings.ORDER_QUANTITY_MAX:
        raise BadQuantity(
            _("You can buy 1 to %(max)s pieces at once.") % {"max": settings.ORDER_QUANTITY_MAX}
        )
    store = variant.product.store
    subtotal_minor = variant.price_minor * quantity
    shipping_minor = store.shipping_minor(subtotal_minor)
    return Quote(
        unit_price_minor=variant.price_minor,
        quantity=quantity,
        subtotal_minor=subtotal_minor,
        shipping_minor=shipping_minor,
        total_minor=subtotal_minor + shipping_minor,
        currency=store.currency,
    )
