"""What an order of one variant costs, decided here and never by the client."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.models import Store
from socialcommerce.lib.problems import Invalid


class BadQuantity(Invalid):
    code = "bad-quantity"
    title = _("That is not a quantity we can sell")


@dataclass(frozen=True, slots=True)
class Quote:
    """Amounts in minor units of `currency`; the total is subtotal and shipping, less a discount."""

    unit_price_minor: int
    quantity: int
    subtotal_minor: int
    shipping_minor: int
    total_minor: int
    currency: str
    discount_minor: int = 0

    def less(self, discount_minor: int) -> "Quote":
        """The same with so much off."""
        total_minor = self.total_minor - discount_minor
        return replace(self, discount_minor=discount_minor, total_minor=total_minor)


def quote(*, store: Store, unit_price_minor: int, quantity: int) -> Quote:
    """The price of `quantity` pieces at that store, shipping included. Raises BadQuantity."""
    if not 1 <= quantity <= settings.ORDER_QUANTITY_MAX:
        raise BadQuantity(
            _("You can buy 1 to %(max)s pieces at once.") % {"max": settings.ORDER_QUANTITY_MAX}
        )
    subtotal_minor = unit_price_minor * quantity
    shipping_minor = store.shipping_minor(subtotal_minor)
    return Quote(
        unit_price_minor=unit_price_minor,
        quantity=quantity,
        subtotal_minor=subtotal_minor,
        shipping_minor=shipping_minor,
        total_minor=subtotal_minor + shipping_minor,
        currency=store.currency,
    )
